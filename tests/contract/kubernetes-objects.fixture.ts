/** For each rule about files and about what refers to what: an edit of the real manifests that breaks it. */
import type { Violations } from './kubernetes-pods.fixture.ts';

const overlay = 'overlays/production';
const base = 'base/kustomization.yaml';
const user = 'base/user.yaml';
const label = 'app.kubernetes.io';

export const objectViolations: Violations = {
  listed: [
    [base, '  - order.yaml\n', '', 'base/order.yaml: no kustomization.yaml lists it'],
    [base, '- order.yaml', '- oder.yaml', 'lists oder.yaml, which is not there'],
    [`${overlay}/kustomization.yaml`, '../../base', '../../bass', 'lists ../../bass, which is not there'],
    [`${overlay}/kustomization.yaml`, '- ingress.yaml', '- door.yaml', 'lists door.yaml, which is not there'],
  ],
  'one of each': [
    [user, 'Service\nmetadata:\n  name: user', 'Service\nmetadata:\n  name: order', 'Service order is there'],
  ],
  'patch targets': [
    [`${overlay}/scale.yaml`, 'name: order\n', 'name: oder\n', 'changes HorizontalPodAutoscaler oder'],
    [`${overlay}/gateway.yaml`, '- name: gateway', '- name: main', 'changes the container main'],
  ],
  selectors: [
    [user, `s:\n        ${label}/name: user`, `s:\n        ${label}/name: u`, 'Deployment user selects no pod'],
    [user, `r:\n    ${label}/name: user`, `r:\n    ${label}/component: api`, 'Service user selects pods of order'],
    ['base/network-policies.yaml', `${label}/name: payment-worker`, `${label}/name: p`, 'webhooks-out selects no pod'],
  ],
  ports: [
    [user, 'port: 4001\n      targetPort', 'port: 80\n      targetPort', 'Service user says 80'],
    [
      user,
      'live\n              port: http',
      'live\n              port: web',
      'the liveness probe of user asks port web',
    ],
    [`${overlay}/ingress.yaml`, 'name: payment\n', 'name: worker\n', 'sends /webhooks to worker'],
  ],
  addresses: [
    ['base/gateway.yaml', 'http://order:4003/', 'http://order:4002/', 'ORDER_SUBGRAPH_URL=http://order:4002/graphql'],
    ['base/payment-worker.yaml', 'http://payment:', 'http://pay:', 'PAYMENT_PUBLIC_URL=http://pay:4004'],
  ],
  'scale targets': [
    [
      user,
      'kind: Deployment\n    name: user',
      'kind: Deployment\n    name: u',
      'the autoscaler user has no Deployment',
    ],
    [user, 'strategy:', 'replicas: 2\n  strategy:', 'user has an autoscaler and replicas, too'],
  ],
  'service accounts': [[user, 'serviceAccountName: user', 'serviceAccountName: admin', 'user runs as admin']],
};
