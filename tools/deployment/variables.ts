/** The variables that each program of the image reads, and those that it does not do its work without. */
import type { z } from 'zod';
import { gatewayVariables } from '#gateway/config.ts';
import { subgraphVariablesOf, upstreamVariables } from '#gateway/upstream/variables.ts';
import { auditorVariables } from '#ops/audit/variables.ts';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import { parseConfig } from '#platform/config/config.ts';
import { orderVariables } from '#subgraphs/order/config.ts';
import { paymentVariables } from '#subgraphs/payment/config.ts';
import { productVariables } from '#subgraphs/product/config.ts';
import { userVariables } from '#subgraphs/user/config.ts';

export interface Variables {
  readonly known: readonly string[];
  readonly required: readonly string[];
}

export const schemas = {
  gateway: gatewayVariables,
  user: userVariables,
  product: productVariables,
  order: orderVariables,
  payment: paymentVariables,
  auditor: auditorVariables,
} as const;

const namesOf = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);

/** What an empty environment is refused for. */
const refusedWithout = (schema: z.ZodObject): string[] => {
  const parsed = parseConfig(schema, {});
  return 'faults' in parsed ? parsed.faults.map((fault) => fault.slice(0, fault.indexOf(':'))) : [];
};

const upper = (name: SubgraphName): string => name.toUpperCase();

/** The names that the gateway reads for single ones of our subgraphs: it says itself which they are. */
const ofSingleSubgraphs = (): string[] => {
  const suffixes = ['SUBGRAPH_URL', ...Object.keys(upstreamVariables)];
  const candidates = subgraphNames.flatMap((name) => suffixes.map((suffix) => [`${upper(name)}_${suffix}`, '']));
  return Object.keys(subgraphVariablesOf(Object.fromEntries(candidates)));
};

/** Their defaults are of one machine that has everything: in a container of its own, a process is told. */
const listensForOthers = ['HOST'];
const toldWhereOthersAre = ['ACCESS_TOKEN_JWKS_URL', ...subgraphNames.map((name) => `${upper(name)}_SUBGRAPH_URL`)];

/** What a subgraph's roles need beside what all need. In a container of its own, none is `all`. */
const requiredInRole = (name: SubgraphName, role: string): string[] => [
  ...(role === 'consumer' ? ['REDIS_URL'] : []),
  ...(name === 'payment' && role !== 'all' ? ['SIMULATOR_WEBHOOK_SECRET'] : []),
  // Else the simulator would call its own process, which has no such door.
  ...(name === 'payment' && role === 'consumer' ? ['PAYMENT_PUBLIC_URL'] : []),
];

export const gatewayReads: Variables = {
  known: [...namesOf(gatewayVariables), ...ofSingleSubgraphs()],
  required: [...refusedWithout(gatewayVariables), ...listensForOthers, ...toldWhereOthersAre],
};

export const subgraphReads = (name: SubgraphName, role: string | undefined): Variables => ({
  known: namesOf(schemas[name]),
  required: ['ROLE', ...refusedWithout(schemas[name]), ...listensForOthers, ...requiredInRole(name, role ?? 'all')],
});

export const auditorReads: Variables = {
  known: namesOf(auditorVariables),
  required: [...refusedWithout(auditorVariables), ...listensForOthers],
};

const databaseOf = (name: string): string => `${name.toUpperCase()}_DATABASE_URL`;

/** Past a pooler, where there is one: locks and sessions do not go through it. */
const directOf = (name: string): string => `${name.toUpperCase()}_DATABASE_DIRECT_URL`;

/** Of the databases that it is told to migrate. */
export const migrationReads = (databases: readonly string[]): Variables => ({
  known: [...databases.map(databaseOf), ...databases.map(directOf)],
  required: databases.map(databaseOf),
});

export const seedReads = (databases: readonly string[]): Variables => ({
  known: ['DEMO_SEED', 'PROFILE', 'GATEWAY_ADDRESS', 'EDGE_ADDRESS', ...migrationReads(databases).known],
  required: databases.map(databaseOf),
});

/** All of an operator's programs together: one container is for whichever of them somebody starts. */
export const toolsRead: Variables = {
  known: [...subgraphNames.map(databaseOf), 'REDIS_URL', 'EVENTS_DATABASE_URL'],
  required: [...subgraphNames.map(databaseOf), 'REDIS_URL'],
};
