/** The variables of the product subgraph. */
import { z } from 'zod';
import { subgraphVariables, variable } from '#platform/config/config.ts';
import { shopVariables } from '#platform/config/shop.ts';
import { service } from './service.ts';

export const productVariables = z.object({
  ...subgraphVariables,
  ...shopVariables,
  PRODUCT_DATABASE_URL: variable.database(),
  // Past a pooler in transaction mode, for what needs its connection to itself (docs/databases.md); the same without it.
  PRODUCT_DATABASE_DIRECT_URL: variable.database().optional(),
  // A copy that follows it: what customers look at is read there (docs/databases.md). For both roles, or for none.
  PRODUCT_DATABASE_REPLICA_URL: variable.database().optional(),
  PRODUCT_PORT: variable.port(service.port),
  // 5 s: units held past their time come back about that late; orders have time-outs of their own, in minutes.
  RESERVATION_SWEEP_INTERVAL_MS: variable.milliseconds(5_000),
  // 200 a round: far above what expires in 5 s, and a backlog after an outage cannot hog the database.
  RESERVATION_SWEEP_LIMIT: z.coerce.number().int().min(1).max(10_000).default(200),
});

export type ProductConfig = z.output<typeof productVariables>;
