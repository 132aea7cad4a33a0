/** What runs in a cluster, from the list of services: the gateway, each subgraph in its two roles, and the auditor. */
import { auditorVariables } from '#ops/audit/auditor.ts';
import { folderOf, services, subgraphs, variableOf } from '#ops/services.ts';
import { processVariables } from '#platform/config/config.ts';
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';

/** A secret by the name of its Kubernetes object, and the key in it, which is also the file's and the variable's name. */
export interface Secret {
  readonly object: string;
  readonly key: string;
}

export interface Workload {
  readonly name: string;
  readonly component: 'gateway' | 'api' | 'consumer' | 'auditor';
  readonly about: string;
  readonly image?: string;
  readonly command: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
  /** `headless`: an address for each pod, over which the gateway spreads its calls itself. None: nobody calls it. */
  readonly service?: 'headless' | 'balanced';
  readonly preStopSeconds?: number;
  readonly deadlineSeconds?: number;
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit: string };
  /** The auditor is alone: two would read everything twice. */
  readonly scaling?: { readonly max: number; readonly metric: object };
}

const secret = (key: string): Secret => ({ object: key.toLowerCase().replaceAll('_', '-'), key });
const redis: Secret = { object: 'redis', key: 'REDIS_URL' };
export const databaseSecret = ({ name }: SubgraphDescriptor): Secret => ({
  object: `${name}-database`,
  key: variableOf(name, 'DATABASE_URL'),
});
/** Without the optional ones: add yours in an overlay. */
const ownSecrets = (secrets: Readonly<Record<string, string>> = {}): Secret[] =>
  Object.keys(secrets)
    .filter((name) => secrets[name] !== 'optional')
    .map(secret);

export const defaultDeadlineSeconds = processVariables.SHUTDOWN_DEADLINE_MS.parse(undefined) / 1_000;

export const workloads = (): Workload[] => [
  ...services
    .filter(({ kind }) => kind === 'gateway')
    .map(({ name, port, secrets }) => gateway(name, port, ownSecrets(secrets))),
  ...subgraphs.flatMap((subgraph) => [api(subgraph), ...(subgraph.database ? [consumer(subgraph)] : [])]),
  {
    name: 'auditor',
    component: 'auditor',
    about:
      'auditor: `npm run audit` once a minute, with metrics. It has no disruption budget: with its one replica that would block draining a node.',
    command: ['node', 'ops/audit.ts', '--every', '60'],
    port: auditorVariables.shape.AUDITOR_PORT.parse(undefined),
    secrets: subgraphs
      .filter(({ database }) => database)
      .map(({ name }) => ({ object: 'auditor-databases', key: variableOf(name, 'DATABASE_URL') })),
    resources: { cpu: '100m', memory: '192Mi', memoryLimit: '384Mi' },
  },
];

const gateway = (name: string, port: number, secrets: readonly Secret[]): Workload => ({
  name,
  component: 'gateway',
  about: `${name}: the entry point of all clients.`,
  command: ['node', 'gateway/main.ts'],
  port,
  env: {
    ACCESS_TOKEN_JWKS_URL: 'http://user:4001/.well-known/jwks.json',
    ...Object.fromEntries(
      subgraphs.map((subgraph) => [
        variableOf(subgraph.name, 'SUBGRAPH_URL'),
        `http://${subgraph.name}:${subgraph.port}/graphql`,
      ]),
    ),
    // Pods have private addresses, and of them only the ingress controller reaches the gateway. A cluster whose pods have
    // others (100.64.0.0/10, say) must name them in an overlay: else all customers count as one.
    TRUSTED_PROXIES: 'uniquelocal',
    // Every node and the ingress controller must learn that this pod is leaving; they take a second or two.
    SHUTDOWN_NOTICE_MS: '5000',
    // The notice, then SUBGRAPH_TIMEOUT_MS (10 s) for the slowest request under way, and 5 s to spare.
    SHUTDOWN_DEADLINE_MS: '20000',
  },
  deadlineSeconds: 20,
  secrets: [redis, ...secrets],
  service: 'balanced',
  resources: { cpu: '500m', memory: '384Mi', memoryLimit: '768Mi' },
  scaling: { max: 10, metric: byCpu },
});

const subgraphWorkload = (subgraph: SubgraphDescriptor) => ({
  ...(subgraph.program && { image: `agora-${subgraph.name}` }),
  command: subgraph.program?.command ?? ['node', `${folderOf(subgraph)}/main.ts`],
  port: subgraph.port,
  resources: { cpu: '250m', memory: '256Mi', memoryLimit: '512Mi' },
});

const api = (subgraph: SubgraphDescriptor): Workload => ({
  ...subgraphWorkload(subgraph),
  name: subgraph.name,
  component: 'api',
  about: `${subgraph.name}: GraphQL.`,
  env: { ROLE: 'api' },
  secrets: [
    ...(subgraph.database ? [databaseSecret(subgraph)] : []),
    secret('VIEWER_VERIFY_KEYS'),
    ...ownSecrets(subgraph.secrets),
  ],
  service: 'headless',
  // Every node hears that the pod is leaving before it stops taking connections. The gateway has SHUTDOWN_NOTICE_MS.
  preStopSeconds: 5,
  scaling: { max: 6, metric: byCpu },
});

const consumer = (subgraph: SubgraphDescriptor): Workload => ({
  ...subgraphWorkload(subgraph),
  name: subgraph.worker,
  component: 'consumer',
  about: `${subgraph.worker}: the ${subgraph.name} subgraph's consumer role.`,
  env: {
    ROLE: 'consumer',
  },
  secrets: [databaseSecret(subgraph), redis, secret('VIEWER_VERIFY_KEYS'), ...ownSecrets(subgraph.secrets)],
  // It serves its events to those who rebuild a read model.
  ...(subgraph.replays && { service: 'balanced' as const }),
  scaling: { max: 6, metric: byQueueAge(subgraph) },
});

const byCpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } };

// 2 s: a checkout is eight messages long, and its customer waits for 5 s.
const byQueueAge = ({ name, queueAgeTargetSeconds = 2 }: SubgraphDescriptor) => ({
  type: 'External',
  external: {
    metric: { name: 'agora_queue_oldest_waiting_seconds', selector: { matchLabels: { queue: name } } },
    target: { type: 'Value', value: String(queueAgeTargetSeconds) },
  },
});
