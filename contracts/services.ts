/** The services by name, and the one table that says which queue each message goes to. */

export const subgraphNames = ['user', 'product', 'order', 'payment'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

export const serviceNames = ['gateway', ...subgraphNames] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Ports when nothing else is said; `<NAME>_PORT` moves one. */
export const defaultPorts: Record<ServiceName, number> = {
  gateway: 4000,
  user: 4001,
  product: 4002,
  order: 4003,
  payment: 4004,
};

/** What a process of a subgraph does: serve GraphQL, work its queue, or both. Set by `ROLE`. */
export const processRoles = ['all', 'api', 'consumer'] as const;
export type ProcessRole = (typeof processRoles)[number];
