/**
 * Who may speak to whom, as the networks of docker-compose.yml have it: what the network policies must allow, exactly.
 * A connection is a line, `gateway → user:4001`; one to or from outside of our namespace has the outside's name.
 */
import { defaultPorts, subgraphNames } from '#ops/services.ts';

const gatewayPort = defaultPorts.gateway;
const auditorPort = 4005;
const postgresPort = 5432;
const redisPort = 6379;
const dnsPort = 53;

/** The workloads of one subgraph's program: the API role, which has its name, and the consumer role. */
const roles = {
  user: ['user', 'notification'],
  product: ['product', 'inventory'],
  order: ['order', 'order-worker'],
  payment: ['payment', 'payment-worker'],
} as const;

const everyRole = subgraphNames.flatMap((name) =>
  roles[name].map((workload) => ({ workload, port: defaultPorts[name] })),
);
const serving = [{ workload: 'gateway', port: gatewayPort }, ...everyRole, { workload: 'auditor', port: auditorPort }];
const migrations = subgraphNames.map((name) => `migrate-${name}`);

/** By network of docker-compose.yml, and what a cluster has beside. */
export const allowedConnections: Readonly<Record<string, readonly string[]>> = {
  graph: subgraphNames.map((name) => `gateway → ${name}:${defaultPorts[name]}`),
  messaging: ['gateway', ...subgraphNames.map((name) => roles[name][1])].map(
    (workload) => `${workload} → redis:${redisPort}`,
  ),
  ...Object.fromEntries(
    subgraphNames.map((name) => [
      `${name}-database`,
      [...roles[name], `migrate-${name}`, 'auditor'].map(
        (workload) => `${workload} → postgres-${name}:${postgresPort}`,
      ),
    ]),
  ),
  monitoring: serving.map(({ workload, port }) => `prometheus → ${workload}:${port}`),
  edge: [`ingress-nginx → gateway:${gatewayPort}`],
  // Payment providers come by way of the ingress controller. The simulator is part of the worker, and calls the API.
  webhooks: ['ingress-nginx', 'payment-worker'].map((caller) => `${caller} → payment:${defaultPorts.payment}`),
  dns: [...serving.map(({ workload }) => workload), ...migrations].map(
    (workload) => `${workload} → kube-dns:${dnsPort}`,
  ),
};
