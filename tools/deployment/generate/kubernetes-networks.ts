/** The network policies of deploy/kubernetes/base: the networks of docker-compose.yml as allowed connections. */
import { stringify } from 'yaml';
import { services, subgraphs } from '#ops/services.ts';

const nameLabel = 'app.kubernetes.io/name';
const componentLabel = 'app.kubernetes.io/component';

const named = (...names: string[]) =>
  names.length === 1
    ? { matchLabels: { [nameLabel]: names[0] } }
    : { matchExpressions: [{ key: nameLabel, operator: 'In', values: names }] };
const components = (...values: string[]) => ({ matchExpressions: [{ key: componentLabel, operator: 'In', values }] });
const outside = (namespace: string, pod: Readonly<Record<string, string>>) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: pod },
});
const ingressController = outside('ingress-nginx', { [nameLabel]: 'ingress-nginx' });

const policy = (
  name: string,
  podSelector: object,
  rules: { readonly ingress?: object[]; readonly egress?: object[] },
) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, labels: { [componentLabel]: 'network' } },
  spec: {
    podSelector,
    policyTypes: [...(rules.ingress ? ['Ingress'] : []), ...(rules.egress ? ['Egress'] : [])],
    ...rules,
  },
});
const http = [{ port: 'http' }];

export const networkPolicies = () => {
  const gateways = services.filter(({ kind }) => kind === 'gateway').map(({ name }) => name);
  const owners = subgraphs.filter(({ database }) => database);
  return [
    policy('default-deny', {}, { ingress: [], egress: [] }),
    policy(
      'dns',
      {},
      {
        egress: [
          {
            to: [outside('kube-system', { 'k8s-app': 'kube-dns' })],
            ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }],
          },
        ],
      },
    ),
    policy('edge', named(...gateways), { ingress: [{ from: [ingressController], ports: http }] }),
    policy('graph-out', named(...gateways), {
      egress: subgraphs.map(({ name, port }) => ({ to: [{ podSelector: named(name) }], ports: [{ port }] })),
    }),
    policy('graph-in', named(...subgraphs.map(({ name }) => name)), {
      ingress: [{ from: [{ podSelector: named(...gateways) }], ports: http }],
    }),
    // `ops/rebuild.ts` runs in a worker with a read model, and reads from that of the source.
    ...owners.flatMap(({ name, worker, port }) => {
      const readers = owners
        .filter(({ readModels = {} }) => Object.values(readModels).some(({ source }) => source === name))
        .map((reader) => reader.worker);
      if (readers.length === 0) return [];
      return [
        policy(`events-in-${name}`, named(worker), {
          ingress: [{ from: [{ podSelector: named(...readers) }], ports: http }],
        }),
        policy(`events-out-${name}`, named(...readers), {
          egress: [{ to: [{ podSelector: named(worker) }], ports: [{ port }] }],
        }),
      ];
    }),
    ...subgraphs
      .filter(({ publicPaths }) => publicPaths)
      .map(({ name }) =>
        policy(`public-in-${name}`, named(name), { ingress: [{ from: [ingressController], ports: http }] }),
      ),
    policy('monitoring', components('gateway', 'api', 'consumer', 'auditor'), {
      ingress: [{ from: [outside('monitoring', { [nameLabel]: 'prometheus' })], ports: http }],
    }),
    // Redis and PostgreSQL are outside the cluster: an overlay says where, one address block each. 192.0.2.0/24 is reserved
    // for documentation, so without an overlay nothing is reached.
    policy('to-redis', components('gateway', 'consumer'), toBlock(10, 6379)),
    ...owners.map(({ name, worker }, index) =>
      policy(`to-postgres-${name}`, named(name, worker, `migrate-${name}`, 'auditor'), toBlock(11 + index, 5432)),
    ),
    // So are the servers of others: mail, payment providers.
    ...subgraphs.flatMap(({ name, worker, outbound }, index) => {
      if (!outbound) return [];
      const callers = outbound.roles === 'both' ? [name, worker] : [worker];
      return [policy(`to-outside-${name}`, named(...callers), toBlock(101 + index, ...outbound.ports))];
    }),
  ];
};

const toBlock = (host: number, ...ports: readonly number[]) => ({
  egress: [{ to: [{ ipBlock: { cidr: `192.0.2.${host}/32` } }], ports: ports.map((port) => ({ port })) }],
});

/** The overlay with a placeholder for each database that it has no address for; all else in it is the operator's. */
export const withAddresses = (overlay: string): string => {
  const missing = networkPolicies().filter(
    ({ metadata: { name } }) => name.startsWith('to-') && !overlay.includes(`\n  name: ${name}\n`),
  );
  const patches = missing.map(({ apiVersion, kind, metadata: { name }, spec: { egress } }) =>
    stringify({ apiVersion, kind, metadata: { name }, spec: { egress } }),
  );
  return [overlay, ...patches].join(
    '---\n# A placeholder that leads nowhere: change it to the subnet of this server.\n',
  );
};
