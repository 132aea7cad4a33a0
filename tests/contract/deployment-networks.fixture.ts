/** Ways to break each rule about who listens where, and who can reach whom: file, what is there, what comes instead, what is told. */
import type { Edit } from './deployment-containers.fixture.ts';

const compose = 'docker-compose.yml';
const common = 'deploy/compose/services.yml';
const nginx = 'deploy/compose/nginx/nginx.conf';
const prometheus = 'deploy/prometheus/prometheus.yml';
const dockerfile = 'Dockerfile';

export const networkViolations: Readonly<Record<string, readonly Edit[]>> = {
  'health checks': [
    [compose, '"4005"', '"4004"', 'the health check of auditor asks port 4004, and it listens on 4005'],
    [
      compose,
      'test: [CMD, node, ops/health.mjs, "4003"]',
      'interval: 5s\n      test: ["true"]',
      'order asks port none',
    ],
    [dockerfile, '"ops/health.mjs", "4000"', '"ops/health.mjs", "4001"', 'gateway asks port 4001'],
  ],
  addresses: [
    [common, 'http://order:4003', 'http://order:4004', 'ORDER_SUBGRAPH_URL of gateway: order does not listen on 4004'],
    [common, 'http://user:4001/.well-known', 'http://users:4001/.well-known', 'there is no service users'],
    [
      common,
      'PAYMENT_PUBLIC_URL:-http://payment:4004',
      'PAYMENT_PUBLIC_URL:-http://postgres-user:5432',
      'PAYMENT_PUBLIC_URL of payment-worker: payment-worker has no network in common with postgres-user',
    ],
    [
      compose,
      'networks: [order-database, messaging, monitoring]',
      'networks: [order-database, monitoring]',
      '/run/agora/REDIS_URL of order-worker',
    ],
    ['deploy/compose/otel/collector.yml', 'tempo:4317', 'tempo:4318', 'endpoint: tempo:4318: tempo does not listen'],
    [
      'deploy/grafana/provisioning/datasources/agora.yml',
      'http://prometheus:9090',
      'http://metrics:9090',
      'no service metrics',
    ],
    [nginx, 'http://payment:4004', 'http://payment:4001', 'http://payment:4001: payment does not listen on 4001'],
    [nginx, 'http://gateway:4000', 'http://user:4001', 'edge has no network in common with user'],
    [
      prometheus,
      'names: [inventory], type: A, port: 4002',
      'names: [inventory], type: A, port: 4003',
      'job inventory: inventory does not listen on 4003',
    ],
  ],
  'published ports': [
    [
      compose,
      'networks: [monitoring]\n    command',
      'networks: [monitoring]\n    ports: ["9090:9090"]\n    command',
      'prometheus publishes a port',
    ],
    [
      compose,
      'networks: [monitoring]\n    command',
      'networks: [monitoring]\n    ports: ["127.0.0.1:9090:9090"]\n    command',
      'prometheus publishes a port',
    ],
    [compose, 'profiles: [audit]', 'profiles: [audit]\n    ports: ["4005:4005"]', 'auditor publishes a port'],
    [compose, ':-4000}:4000', ':-4000}:4001', 'gateway publishes its port 4001, and nobody listens there'],
    [compose, 'EDGE_ADDRESS:-127.0.0.1', 'EDGE_ADDRESS:-0.0.0.0', 'edge publishes a port'],
    [compose, 'GATEWAY_ADDRESS:-127.0.0.1', 'GATEWAY_ADDRESS:-0.0.0.0', 'gateway publishes a port'],
    [nginx, 'listen 8443', 'listen 443', 'edge publishes its port 8443'],
  ],
  scraped: [
    [prometheus, 'job_name: order-worker', 'job_name: worker', 'has no job order-worker that asks order-worker'],
    [prometheus, 'job_name: order-worker', 'job_name: worker', 'the job worker is of no service'],
    [prometheus, 'names: [notification]', 'names: [user]', 'has no job notification that asks notification'],
  ],
  'database networks': [
    [
      compose,
      '[graph, order-database, monitoring]',
      '[graph, order-database, payment-database, monitoring]',
      'order can reach postgres-payment',
    ],
    [compose, 'profiles: [audit]', 'profiles: []', 'auditor can reach postgres-user'],
    [
      compose,
      'networks: [monitoring]\n    command',
      'networks: [monitoring, user-database]\n    command',
      'prometheus can reach postgres-user',
    ],
  ],
  'redis network': [
    [
      compose,
      '[graph, user-database, monitoring]',
      '[graph, user-database, messaging, monitoring]',
      'user can reach redis',
    ],
    [
      compose,
      'networks: [public, edge, webhooks]',
      'networks: [public, edge, webhooks, messaging]',
      'edge can reach redis',
    ],
  ],
  'internal networks': [
    [compose, 'graph: {internal: true}', 'graph:', 'the network graph leads out'],
    [compose, '  public:\n', '  public: {internal: true}\n', 'the network public must lead out'],
  ],
  'named networks': [[compose, 'network_mode: none', '', 'secrets names no network']],
};

export const dockerfileViolations: Readonly<Record<string, readonly Edit[]>> = {
  'base images': [
    [dockerfile, 'FROM node:24-', 'FROM node:22-', 'is made from node:22-bookworm-slim'],
    [dockerfile, 'FROM node:24-bookworm-slim', 'FROM node:latest', 'is made from node:latest'],
    [dockerfile, 'FROM node', 'FORM node', 'is made from nothing'],
    ['package.json', '"node": "24.', '"node": "26.', 'runs all else on Node 26'],
  ],
  'programs of the image': [
    [dockerfile, 'CMD ["node", "gateway/main.ts"]', 'CMD npm start', 'runs ""'],
    [dockerfile, 'ops/health.mjs', 'tools/health.ts', 'runs "node tools/health.ts 4000"'],
  ],
  'health of the default command': [[dockerfile, '"4000"', '"4001"', 'asks port 4001']],
  'not root': [
    [dockerfile, 'USER node\n', '', 'is root'],
    [dockerfile, 'USER node\n', 'USER 0:0\n', 'is root'],
  ],
};
