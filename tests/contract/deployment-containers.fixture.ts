/** Ways to break each rule about what runs in a container, with which variables, secrets, volumes: file, what is there, what comes instead, what is told. */
export type Edit = readonly [file: string, from: string, to: string, told: string];

const compose = 'docker-compose.yml';
const common = 'deploy/compose/services.yml';

export const containerViolations: Readonly<Record<string, readonly Edit[]>> = {
  commands: [
    [
      compose,
      'node, subgraphs/user/main.ts',
      'node, subgraphs/users/main.ts',
      'user runs "node subgraphs/users/main.ts"',
    ],
    [compose, 'node, ops/migrate.ts, order', 'npm, run, migrate', 'migrate-order runs "npm run migrate"'],
    [compose, 'node, ops/audit.ts, --every', 'node, tools/check.ts, --every', 'auditor runs'],
  ],
  'known variables': [
    [common, 'APQ_MAX_BYTES:', 'APQ_MOST_BYTES:', 'gateway has APQ_MOST_BYTES, which gateway/main.ts does not read'],
    [common, 'SWEEP_BATCH:', 'RESERVATION_SWEEP_LIMIT:', 'order-worker has RESERVATION_SWEEP_LIMIT'],
    [common, '\n      GATEWAY_PROFILE:', '\n      GATEWAY_PROFILE: production', 'gateway has GATEWAY_PROFILE'],
    [compose, '\n      DEMO_SEED:', '\n      SEED:', 'seed-product has SEED'],
    [common, 'ORDER_SUBGRAPH_URL: ', 'ORDERS_SUBGRAPH_URL: ', 'gateway has ORDERS_SUBGRAPH_URL'],
  ],
  'required variables': [
    [compose, 'environment: {ROLE: consumer}', 'environment: {}', 'inventory lacks ROLE'],
    [
      common,
      'REDIS_URL_FILE: /run/agora/REDIS_URL\n      VIEWER_VERIFY',
      'VIEWER_VERIFY',
      'order-worker lacks REDIS_URL',
    ],
    [
      common,
      'SIMULATOR_WEBHOOK_SECRET_FILE: /run/agora/SIMULATOR_WEBHOOK_SECRET',
      '',
      'payment lacks SIMULATOR_WEBHOOK_SECRET',
    ],
    [common, 'VIEWER_SIGNING_KEY_FILE: /run/agora/VIEWER_SIGNING_KEY', '', 'gateway lacks VIEWER_SIGNING_KEY'],
    [common, 'HOST: 0.0.0.0', '', 'auditor lacks HOST'],
    [
      compose,
      'PRODUCT_DATABASE_URL_FILE: /run/agora/PRODUCT_DATABASE_URL',
      '',
      'migrate-product lacks PRODUCT_DATABASE_URL',
    ],
  ],
  'passed on': [
    [common, '      LIMIT_DEPTH:\n', '', 'gateway is not given LIMIT_DEPTH'],
    [common, '      SIMULATOR_IN_PRODUCTION:\n', '', 'payment-worker is not given SIMULATOR_IN_PRODUCTION'],
    [compose, '      EDGE_ADDRESS:\n', '', 'seed-user is not given EDGE_ADDRESS'],
    [common, '      UNDO_TRIES:\n', '', 'order is not given UNDO_TRIES'],
  ],
  'left out': [
    [common, '      LOG_LEVEL:\n', '      LOG_LEVEL:\n      OTEL_SERVICE_NAME:\n', 'passes on OTEL_SERVICE_NAME'],
  ],
  'no secret in an environment': [
    [common, 'REDIS_URL_FILE: /run/agora/REDIS_URL', 'REDIS_URL:', 'gateway has REDIS_URL in its environment'],
    [
      common,
      'VIEWER_VERIFY_KEYS_FILE: /run/agora/VIEWER_VERIFY_KEYS',
      'VIEWER_VERIFY_KEYS: "{}"',
      'user has VIEWER_VERIFY_KEYS',
    ],
    [
      compose,
      '[redis-server, /etc/agora/redis.conf]',
      '[redis-server, --requirepass, $REDIS_PASSWORD]',
      '$REDIS_PASSWORD is put in',
    ],
  ],
  'secret files': [
    [
      common,
      'ACCESS_TOKEN_KEYS_FILE: /run/agora/ACCESS_TOKEN_KEYS',
      'ACCESS_TOKEN_KEYS_FILE: /run/agora/VIEWER_VERIFY_KEYS',
      'notification has ACCESS_TOKEN_KEYS_FILE',
    ],
    [common, '/run/agora/SUPERUSER_PASSWORD', '/run/agora/REDIS_URL', 'postgres-order has POSTGRES_PASSWORD_FILE'],
    [compose, 'volumes: ["secrets-auditor:/run/agora:ro"]', 'volumes: []', 'auditor has USER_DATABASE_URL_FILE'],
  ],
  'own secrets': [
    [compose, 'secrets-auditor:/run', 'secrets-operator:/run', 'auditor mounts secrets-operator'],
    [compose, 'secrets-redis:/run/agora:ro', 'secrets-redis:/run/agora', 'redis mounts secrets-redis'],
    [
      compose,
      '"secrets-order:/run/agora:ro"',
      '"secrets-payment:/run/agora:ro"',
      'order-worker mounts secrets-payment',
    ],
  ],
  'a folder for each': [
    [compose, '      - secrets-edge:/secrets/edge\n', '', 'lacks the volume of edge'],
    [compose, ':/secrets/grafana', ':/secrets/dashboards', 'has the volume of grafana at /secrets/dashboards'],
  ],
  'given secrets': [
    [compose, ' REDIS_URL=', ' REDIS_URI=', 'given-secrets lacks REDIS_URL='],
    [compose, ' REDIS_URL=', ' REDIS_URI=', 'given-secrets has REDIS_URI='],
  ],
  hardened: [
    [common, 'read_only: true\n    cap_drop', 'cap_drop', 'gateway must have read_only'],
    [compose, 'mem_limit: 256m\n    cpus: 2', 'cpus: 2', 'edge must have mem_limit'],
    [common, 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]', 'user must have cap_drop: [ALL]'],
    [compose, 'security_opt: ["no-new-privileges:true"]', '', 'redis must have no-new-privileges'],
    [common, 'restart: unless-stopped', '', 'payment-worker must have restart'],
  ],
  images: [
    [compose, 'redis:7-alpine', 'redis:latest', 'redis runs redis:latest'],
    [compose, 'prom/prometheus:v2.53.3', 'prom/prometheus', 'prometheus runs prom/prometheus'],
  ],
  'time to end': [
    [
      common,
      'stop_grace_period: 15s\n    # Three',
      'stop_grace_period: 10s\n    # Three',
      'gateway is killed after 10s',
    ],
    [common, 'stop_grace_period: 15s\n    # Three', '# Three', 'gateway is killed after 10s'],
  ],
  declared: [
    [compose, '\n  webhooks: {internal: true}', '', 'there is no network webhooks'],
    [compose, '\n  order-data:\n', '\n  old-data:\n  order-data:\n', 'nobody uses the volume old-data'],
    [compose, '\n  order-data:\n', '\n', 'there is no volume order-data'],
  ],
  'mounted files': [
    [compose, './deploy/compose/redis/redis.conf', './deploy/redis.conf', 'redis mounts deploy/redis.conf'],
  ],
  dependencies: [
    [
      compose,
      'migrate-order: {condition: service_completed_successfully}}',
      'migrate-orders: {condition: service_completed_successfully}}',
      'order waits for migrate-orders, which is not there',
    ],
    [
      compose,
      'postgres-user: {condition: service_healthy}',
      'migrate-product: {condition: service_healthy}',
      'migrate-user waits for migrate-product, which never says',
    ],
    [
      compose,
      '{migrate-user: {condition: service_completed',
      '{notification: {condition: service_completed',
      'waits for notification, which does not end',
    ],
    [
      compose,
      'postgres-user: {condition: service_healthy}',
      'postgres-user: {condition: service_started}',
      'by service_started',
    ],
    [
      compose,
      'redis: {condition: service_healthy}\n      seed',
      'edge: {condition: service_healthy}\n      seed',
      'gateway waits for edge, which may not be there',
    ],
  ],
  'secrets first': [
    [
      compose,
      'image: redis:7-alpine\n    depends_on: {secrets: {condition: service_completed_successfully}}',
      'image: redis:7-alpine',
      'redis may start before',
    ],
    [compose, 'depends_on: {postgres-user: {condition: service_healthy}}', '', 'migrate-user may start before'],
  ],
};
