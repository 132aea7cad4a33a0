/** For each rule about pods, secrets and the cluster: an edit of the real manifests that breaks it. */

/** By rule: file, what is there, what is put in its place, what is said about it. */
export type Violations = Readonly<Record<string, readonly (readonly [string, string, string, string])[]>>;

const gateway = 'base/gateway.yaml';
const order = 'base/order.yaml';
const worker = 'base/order-worker.yaml';
const migrations = 'base/migrations.yaml';
const policies = 'base/network-policies.yaml';
const patch = 'overlays/production/gateway.yaml';
const networks = 'overlays/production/networks.yaml';
const age = 'agora_queue_oldest_waiting_seconds';

export const podViolations: Violations = {
  commands: [[migrations, 'migrate.ts, order', 'migrates.ts, order', 'migrate-order runs ops/migrates.ts']],
  hardened: [
    [order, 'runAsNonRoot: true', 'runAsNonRoot: false', 'order must have runAsNonRoot: true'],
    [order, 'runAsUser: 1000', 'runAsUser: 0', 'order must have runAsUser: 1000'],
    // The container's word goes before the pod's.
    [order, 'capabilities:', 'runAsUser: 0\n            capabilities:', 'order must have runAsUser: 1000'],
    [patch, 'containers:', 'securityContext: { runAsUser: 0 }\n      containers:', 'gateway must have runAsUser: 1000'],
    [order, 'RuntimeDefault', 'Unconfined', 'order must have seccompProfile: "RuntimeDefault"'],
    [
      migrations,
      'automountServiceAccountToken: false',
      'automountServiceAccountToken: true',
      'migrate-user must have auto',
    ],
    [order, 'enableServiceLinks: false', 'enableServiceLinks: true', 'order must have enableServiceLinks: false'],
    [order, 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false', 'must have readOnlyRootFilesystem: true'],
    [order, 'allowPrivilegeEscalation: false', 'privileged: true', 'must have allowPrivilegeEscalation: false'],
    [order, 'drop: [ALL]', 'drop: [KILL]', 'order must have capabilities.drop: ["ALL"]'],
  ],
  bounded: [[order, 'limits:\n              memory: 512Mi', 'limits: {}', 'order must say how much CPU and memory']],
  probes: [[order, '/health/ready', '/health/live', 'order must have a readiness probe that asks /health/ready']],
  'time to end': [
    [
      order,
      'terminationGracePeriodSeconds: 20',
      'terminationGracePeriodSeconds: 15',
      'preStop and drain take 15000 ms',
    ],
    [gateway, '"20000"', '"40000"', 'gateway is killed after 25000 ms'],
  ],
  'no literal secret': [
    [
      worker,
      'REDIS_URL_FILE\n              value: /run/agora/',
      'REDIS_URL\n              value: ',
      'value of REDIS_URL in',
    ],
    [gateway, 'http://order:4003', 'http://me:secret@order:4003', 'the value of ORDER_SUBGRAPH_URL in it'],
    [
      'base/kustomization.yaml',
      'LOG_LEVEL=info',
      'STRIPE_SECRET=x',
      'a ConfigMap has the value of STRIPE_SECRET in it',
    ],
  ],
  'mounted secrets': [
    [worker, 'path: REDIS_URL', 'path: REDIS', 'REDIS_URL_FILE=/run/agora/REDIS_URL, and no secret is there'],
    [
      worker,
      'name: REDIS_URL_FILE',
      'name: LOG_LEVEL',
      'order-worker is given redis/REDIS_URL, which no variable of it names',
    ],
  ],
  connections: [
    [
      policies,
      '[order, order-worker,',
      '[order, order-worker, user,',
      'allow user → postgres-order:5432, which no network',
    ],
    [policies, '[order, order-worker,', '[order,', 'do not allow order-worker → postgres-order:5432 (order-database)'],
    [policies, '[Ingress, Egress]', '[Egress]', 'allow * → migrate-order:*'],
    [policies, 'port: 4003', 'port: 4002', 'do not allow gateway → order:4003 (graph)'],
    [policies, '      ports:\n        - port: 5432', '', 'allow order → postgres-order:*'],
  ],
  'address blocks': [
    [policies, '192.0.2.12/32', '192.0.2.11/32', 'shares 192.0.2.11/32 with another'],
    [networks, '10.20.3.0/28', '10.20.4.0/28', 'shares 10.20.4.0/28 with another'],
    [networks, 'name: to-postgres-order', 'name: to-redis', 'does not say where to-postgres-order goes'],
  ],
  'scaling metrics': [
    [worker, age, 'agora_queue_age', 'goes by agora_queue_age, which no process has'],
    ['prometheus/adapter.yaml', age, 'agora_queue_age', 'of which prometheus/adapter.yaml does not know'],
    [worker, 'queue: order', 'queue: orders', 'goes by the queue "orders", and there is none'],
  ],
};
