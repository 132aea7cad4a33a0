/**
 * A schema version: one supergraph and everything derived from it. Immutable, so a request ends on the version it began
 * on.
 */
import { createHash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { AccessOptions } from '../access/access-guard.ts';
import { withoutEnforced } from '../access/conditions.ts';
import type { ReadThrough } from '../caching/entity-cache.ts';
import type { ExecutionMetrics } from '../execution/metrics.ts';
import { type Execute, federation } from '../graphql/federation.ts';
import type { Planners } from '../planning/planners.ts';
import type { SchemaMetrics } from './metrics.ts';
import type { OperationInUse } from './query-plans.ts';
import { planCache, type Replan, replan } from './query-plans.ts';
import type { ClientLease, SubgraphClients } from './subgraph-clients.ts';

export interface SchemaVersion {
  readonly hash: string;
  readonly supergraph: string;
  readonly schema: GraphQLSchema;
  readonly execute: Execute;
  readonly replanned: Replan;
  /** Releases its subgraphs, except for calls in flight. */
  readonly retire: () => void;
}

interface SchemaVersionOptions {
  readonly supergraph: string;
  readonly clients: SubgraphClients;
  readonly readThrough?: ReadThrough | undefined;
  readonly access?: AccessOptions | undefined;
  readonly inUse: readonly OperationInUse[];
  readonly metrics: SchemaMetrics;
  readonly execution: ExecutionMetrics;
  readonly planners: Planners;
  readonly log: Logger;
}

/** Rejects, and releases everything, when the text is not a usable supergraph. */
export const loadSchemaVersion = async (options: SchemaVersionOptions): Promise<SchemaVersion> => {
  const { supergraph, clients, readThrough, access, inUse, metrics, execution, planners, log } = options;
  const held: ClientLease[] = [];
  const planner = planners.of(withoutEnforced(supergraph));
  const retire = () => {
    planner.release();
    for (const { release } of held.splice(0)) release();
  };
  const clientOf = (name: string, url: string) => {
    const one = clients.acquire(name, url);
    held.push(one);
    return one.client;
  };
  const plans = planCache(() => metrics.planned('request'));
  try {
    const { schema, executor } = await federation({
      supergraph,
      clientOf,
      readThrough,
      access,
      plan: planner.plan,
      plans: plans.store,
      onFallback: execution.fellBack,
      log,
    }).load();
    const replanned = await replan(schema, inUse, planner.plan, plans);
    for (let count = replanned.planned; count > 0; count--) metrics.planned('reload');
    return { hash: hashOf(supergraph), supergraph, schema, execute: executor, replanned, retire };
  } catch (error) {
    retire();
    throw error;
  }
};

// Twelve hex digits, like a Git short hash.
export const hashOf = (supergraph: string): string =>
  createHash('sha256').update(supergraph).digest('hex').slice(0, 12);
