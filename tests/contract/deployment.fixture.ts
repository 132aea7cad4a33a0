/** Seeded violations: for each policy, edits of the real files that break it. */

/** File, what is there, what comes instead, what is said of it. */
type Edit = readonly [file: string, from: string, to: string, message: string];
type Violations = Readonly<Record<string, readonly Edit[]>>;

const compose = 'docker-compose.yml';
const common = 'deploy/compose/services.yml';

export const composeViolations: Violations = {
  'no secret as a plain value': [
    [common, 'REDIS_URL_FILE: /run/agora/REDIS_URL', 'REDIS_URL:', 'gateway has REDIS_URL in its environment'],
    [common, 'PROFILE: $', 'TRACES: http://me:secret@collector\n      PROFILE: $', 'auditor has TRACES'],
    [compose, '/etc/agora/redis.conf]', '--requirepass, $REDIS_PASSWORD]', '$REDIS_PASSWORD is interpolated'],
    [compose, '--every, "60"', '--key, $VIEWER_SIGNING_KEY', '$VIEWER_SIGNING_KEY is interpolated'],
  ],
  'not reachable from outside': [
    [compose, 'graph: {internal: true}', 'graph:', 'the network graph leads out'],
    [compose, '[graph, user-database', '[public, graph, user-database', 'user is on public'],
    [compose, 'network_mode: none', '', 'secrets names no network'],
    [compose, 'profiles: [audit]', 'profiles: [audit]\n    ports: ["127.0.0.1:4006:4006"]', 'auditor publishes'],
    [compose, 'GATEWAY_ADDRESS:-127.0.0.1', 'GATEWAY_ADDRESS:-0.0.0.0', 'gateway publishes 0.0.0.0:4000:4000'],
  ],
  'a database of its own': [
    [compose, '[graph, order-database', '[graph, user-database', 'order can reach the database of user'],
    [compose, 'profiles: [audit]', 'profiles: []', 'auditor can reach the database of payment'],
    [
      compose,
      '[payment-database, messaging',
      '[simulator-database, messaging',
      'payment-worker can reach the database of simulator',
    ],
  ],
  'an outside system is reached by its client alone': [
    [
      compose,
      '[order-database, messaging',
      '[simulator, order-database, messaging',
      'order-worker can reach simulator',
    ],
    [
      compose,
      '[simulator, simulator-database]',
      '[graph, simulator, simulator-database]',
      'simulator is on graph as well',
    ],
    [compose, '[simulator, simulator-database]', '[simulator, payment-database]', 'simulator is on payment-database'],
  ],
  hardened: [
    [common, 'read_only: true\n    cap_drop', 'cap_drop', 'gateway must have read_only: true'],
    [common, 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]', 'inventory must have cap_drop: [ALL]'],
    [compose, 'security_opt: ["no-new-privileges:true"]', '', 'redis must have no-new-privileges'],
    [compose, 'user: "65534:65534"', 'user: "0"', 'edge must have a user other than root'],
  ],
  'variables that are read': [
    [common, 'APQ_MAX_BYTES:', 'APQ_MAXIMUM:', 'gateway has APQ_MAXIMUM'],
    [
      compose,
      '  USER_DATABASE_URL_FILE: /run',
      '  USERS_DATABASE_URL_FILE: /run',
      'auditor has USERS_DATABASE_URL_FILE',
    ],
  ],
  'only what needs Redis reaches it': [
    [compose, '[graph, order-database', '[messaging, graph, order-database', 'order can reach Redis'],
  ],
  restarts: [
    [common, 'restart: unless-stopped\n    # SHUTDOWN', '# SHUTDOWN', 'gateway must have a restart policy'],
    [common, 'restart: on-failure:5', '', 'migrate-user must have a restart policy'],
    [compose, 'restart: unless-stopped', 'restart: on-failure:5', 'redis must have a restart policy'],
  ],
  'time to shut down': [[common, 'stop_grace_period: 15s', '', 'order-worker must have a stop_grace_period']],
  'health checks': [[compose, 'healthcheck:', 'x-healthcheck:', 'redis must have a health check']],
  'memory limits': [[compose, 'mem_limit: 256m\n    cpus: 2', 'cpus: 2', 'edge must have mem_limit']],
  'pinned images': [
    [compose, 'redis:7-alpine', 'redis:latest', 'redis must have an image with a version'],
    [compose, 'prom/prometheus:v2.53.3', 'prom/prometheus', 'prometheus must have an image'],
  ],
};

const order = 'base/order.yaml';
const worker = 'base/order-worker.yaml';
const policies = 'base/network-policies.yaml';
const overlay = 'overlays/production';

export const kubernetesViolations: Violations = {
  'schema of Kubernetes': [
    [order, 'startupProbe:', 'startProbe:', '/spec/template/spec/containers/0/startProbe is not a field'],
    [order, 'value: api', 'value: 1', 'value must be string'],
    [order, 'maxReplicas: 6', '', 'maxReplicas'],
    [`${overlay}/scale.yaml`, 'minReplicas', 'leastReplicas', 'leastReplicas is not a field'],
    [order, 'kind: Service\n', 'kind: Secret\n', 'v1 Secret is not a kind that is used here'],
  ],
  'no secret as a plain value': [
    [
      worker,
      'REDIS_URL_FILE\n              value: /run/agora/',
      'REDIS_URL\n              value: x',
      'value of REDIS_URL',
    ],
    ['base/gateway.yaml', 'http://order:4003', 'http://me:secret@order', 'has the value of ORDER_SUBGRAPH_URL'],
    ['base/kustomization.yaml', 'LOG_LEVEL=info', 'STRIPE_SECRET=x', 'a ConfigMap has the value of STRIPE_SECRET'],
  ],
  'not reachable from outside': [
    [policies, 'podSelector: {}', 'podSelector: {matchLabels: {a: b}}', 'no network policy denies all'],
    [order, 'clusterIP: None', 'type: LoadBalancer', 'Service order is reachable from outside'],
    [`${overlay}/ingress.yaml`, 'name: gateway\n', 'name: user\n', '/graphql of the ingress leads to user'],
    [`${overlay}/ingress.yaml`, 'name: payment\n', 'name: order\n', '/webhooks of the ingress leads to order'],
    [`${overlay}/ingress.yaml`, 'path: /graphql', 'path: /', '/ of the ingress leads to gateway'],
  ],
  'a database of its own': [
    [`${overlay}/networks.yaml`, '10.20.3.0/28', '10.20.4.0/28', 'shares the address block 10.20.4.0/28'],
  ],
  hardened: [
    [order, 'runAsNonRoot: true', 'runAsNonRoot: false', 'order must have runAsNonRoot: true'],
    // A container's setting takes precedence over its pod's.
    [order, 'capabilities:', 'runAsUser: 0\n            capabilities:', 'order must have runAsUser: 1000'],
    [
      `${overlay}/gateway.yaml`,
      'containers:',
      'securityContext: { runAsUser: 0 }\n      containers:',
      'gateway must have runAsUser: 1000',
    ],
    [order, 'RuntimeDefault', 'Unconfined', 'order must have seccompProfile: "RuntimeDefault"'],
    [order, 'automountServiceAccountToken: false', 'automountServiceAccountToken: true', 'must have automount'],
    [order, 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false', 'must have readOnlyRootFilesystem: true'],
    [order, 'allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', 'must have allowPrivilegeEscalation'],
    [order, 'readOnlyRootFilesystem: true', 'privileged: true', 'order must have privileged: false'],
    [order, '- ALL', '- KILL', 'order must have capabilities.drop: ["ALL"]'],
  ],
  'variables that are read': [
    [`${overlay}/gateway.yaml`, 'TRUSTED_DOCUMENTS', 'TRUSTED_DOCUMENT', 'gateway has TRUSTED_DOCUMENT,'],
    ['base/gateway.yaml', 'ORDER_SUBGRAPH_URL', 'ODER_SUBGRAPH_URL', 'gateway has ODER_SUBGRAPH_URL'],
    [worker, 'REDIS_URL_FILE', 'REDIS_FILE', 'order-worker has REDIS_FILE'],
    ['base/kustomization.yaml', 'LOG_LEVEL=', 'LOG_LEVELS=', 'has LOG_LEVELS, which auditor does not read'],
  ],
  'targets of patches': [
    [`${overlay}/payment.yaml`, '- name: payment-worker', '- name: worker', 'changes the container worker'],
    [`${overlay}/scale.yaml`, 'name: order-worker', 'name: orders', 'changes HorizontalPodAutoscaler orders'],
  ],
  'an address for each database': [
    [
      `${overlay}/networks.yaml`,
      'name: to-postgres-order',
      'name: to-order',
      'lacks the address block of to-postgres-order',
    ],
  ],
  'metrics of autoscalers': [
    [worker, 'agora_queue_oldest_waiting_seconds', 'agora_queue_age', 'adapter.yaml lacks agora_queue_age'],
    [worker, 'queue: order', 'queue: orders', 'no queue is named "orders"'],
    [
      'prometheus/adapter.yaml',
      'agora_queue_oldest_waiting_seconds',
      'agora_queue_age',
      'no process reports agora_queue_age',
    ],
  ],
  'targets of autoscalers': [
    [order, 'strategy:', 'replicas: 2\n  strategy:', 'order has replicas and an autoscaler'],
    [`${overlay}/gateway.yaml`, 'template:', 'replicas: 2\n  template:', 'gateway has replicas and an autoscaler'],
    [order, 'kind: Deployment\n    name: order', 'kind: Deployment\n    name: orders', 'the autoscaler order has no'],
  ],
  'health probes': [[order, 'readinessProbe:', 'x-probe:', 'order must have a readinessProbe']],
  'memory limits': [[order, 'limits:\n              memory: 512Mi', 'limits: {}', 'order must have a limit of memory']],
  'pinned images': [
    [`${overlay}/kustomization.yaml`, 'newTag: 0.1.0', 'newTag: latest', 'the image agora needs a tag'],
    [order, 'image: agora', 'image: registry.example/agora', 'runs registry.example/agora'],
  ],
};

export const dockerfileViolations: Violations = {
  'pinned base image': [
    ['Dockerfile', 'FROM node:24-', 'FROM node:22-', 'is made from node:22-bookworm-slim'],
    ['Dockerfile', 'FROM node:24-bookworm-slim', 'FROM node:latest', 'is made from node:latest'],
    ['Dockerfile', 'FROM node', 'FORM node', 'is made from nothing'],
  ],
  'image without root': [
    ['Dockerfile', 'USER node\n', '', 'its user is root'],
    ['Dockerfile', 'USER node\n', 'USER 0:0\n', 'its user is root'],
  ],
  'health check of the image': [['Dockerfile', 'HEALTHCHECK', '# HEALTHCHECK', 'has no HEALTHCHECK']],
};
