/** Loads new supergraphs and switches between schema versions. What cannot be served never replaces what is. */
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { onRequestAsyncHookHandler } from 'fastify';
import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import { startPeriodic } from '#platform/process/periodic.ts';
import type { AccessOptions } from '../access/access-guard.ts';
import type { ReadThrough } from '../caching/entity-cache.ts';
import { executionMetrics } from '../execution/metrics.ts';
import { errorBody } from '../graphql/errors.ts';
import type { Execute } from '../graphql/federation.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { planningMetrics } from '../planning/metrics.ts';
import { type Planners, planners } from '../planning/planners.ts';
import { schemaMetrics } from './metrics.ts';
import { type OperationsInUse, operationsInUse, planKey } from './query-plans.ts';
import { hashOf, loadSchemaVersion, type SchemaVersion } from './schema-version.ts';
import { type Connect, type SubgraphClients, subgraphClients } from './subgraph-clients.ts';
import type { SupergraphSource } from './supergraph-source.ts';
import { schemaBounds } from './variables.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<RequestContext>['gateway'];

interface SchemaManager {
  /** For Apollo Server, which starts and stops it. */
  readonly gateway: GatewayInterface;
  /** What `gateway` gives Apollo Server to execute with. */
  readonly execute: Execute;
  /** False until the first supergraph has been loaded. */
  readonly isLoaded: () => boolean;
  readonly subgraphs: SubgraphClients['states'];
}

interface SchemaManagerOptions {
  readonly source: SupergraphSource;
  readonly connect: Connect;
  readonly readThrough?: ReadThrough;
  readonly access?: AccessOptions;
  /** Shared with other gateways of the process; by default one of its own. */
  readonly planners?: Planners | undefined;
  readonly metrics: Registry;
  readonly log: Logger;
}

// Apollo Server needs some schema to start. Nobody sees it: `refuseUntilLoaded` comes first.
const placeholderSchema = 'type Query { nothing: Boolean }';

export const schemaManager = (options: SchemaManagerOptions): SchemaManager => {
  const { source, connect, readThrough, access, metrics: registry, log } = options;
  const metrics = schemaMetrics(registry);
  const execution = executionMetrics(registry);
  const planning = options.planners ?? planners({ metrics: planningMetrics(registry), log });
  const clients = subgraphClients(connect);
  const inUse = operationsInUse(schemaBounds.operationsRememberedBytes);
  const listeners = new Set<Listener>();
  // By the schema that a request was validated with. Collected with the last request that refers to it.
  const generations = new WeakMap<GraphQLSchema, SchemaVersion>();
  let current: SchemaVersion | undefined;

  const notify: Listener = (schema) => {
    for (const listener of listeners) listener(schema);
  };
  const switchTo = (next: SchemaVersion): void => {
    generations.set(next.schema, next);
    notify({ apiSchema: next.schema, coreSupergraphSdl: next.supergraph });
    current?.retire();
    current = next;
    inUse.decay();
    metrics.serving(next.hash);
  };
  const shutdown = new AbortController();
  const poll = supergraphPoller({
    source,
    log,
    onOutcome: metrics.reloaded,
    servedHash: () => current?.hash,
    offer: async (supergraph) => {
      const kit = { clients, readThrough, access, metrics, execution, planners: planning, log };
      const operations = inUse.mostUsed(schemaBounds.operationsReplanned);
      const next = await loadSchemaVersion({ supergraph, inUse: operations, ...kit });
      switchTo(next);
      return next;
    },
  });

  const execute = executeOn((schema) => generations.get(schema) ?? current, inUse);
  const look = () => poll(shutdown.signal);
  let polling: { close(): Promise<void> } | undefined;
  return {
    execute,
    isLoaded: () => current !== undefined,
    subgraphs: clients.states,
    gateway: {
      onSchemaLoadOrUpdate: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      load: async () => {
        await look();
        if (!current && !source.everyMs) throw new Error(`${source.name} is not a usable supergraph: see the log`);
        if (!current) notify({ apiSchema: buildSchema(placeholderSchema), coreSupergraphSdl: placeholderSchema });
        if (source.everyMs) {
          const task = { name: 'supergraph', everyMs: source.everyMs, run: look };
          polling = startPeriodic([task], { log, metrics: registry });
        }
        return { executor: execute };
      },
      stop: async () => {
        shutdown.abort();
        await polling?.close();
        if (!options.planners) await planning.close();
        await clients.close();
      },
    },
  };
};

const executeOn =
  (versionOf: (schema: GraphQLSchema) => SchemaVersion | undefined, inUse: OperationsInUse): Execute =>
  (request) => {
    const version = versionOf(request.schema);
    if (!version) throw new Error('a request arrived before a schema was loaded');
    const { operationName } = request.request;
    const name = request.operationName ?? 'anonymous';
    inUse.record({ key: planKey(request.queryHash, operationName), document: request.document, operationName, name });
    return version.execute(request);
  };

type Listener = Parameters<NonNullable<GatewayInterface['onSchemaLoadOrUpdate']>>[0];

interface PollerOptions {
  readonly source: SupergraphSource;
  readonly servedHash: () => string | undefined;
  /** Switches to it, or rejects with the reason why it is unusable. */
  readonly offer: (supergraph: string) => Promise<SchemaVersion>;
  readonly onOutcome: (outcome: 'loaded' | 'refused' | 'unreachable') => void;
  readonly log: Logger;
}

/**
 * Polls the source. Never rejects: whatever is wrong with a new supergraph, the current one stays. Each outcome is
 * logged once, however often it repeats.
 */
const supergraphPoller = (options: PollerOptions): ((signal: AbortSignal) => Promise<void>) => {
  const { source, servedHash, offer, onOutcome, log } = options;
  let away = false;
  let refused: string | undefined;

  const readSource = async (signal: AbortSignal): Promise<string | undefined> => {
    try {
      const read = await source.read(signal);
      if (away) log.info({ source: source.name }, 'supergraph source available again');
      away = false;
      return read;
    } catch (error) {
      if (signal.aborted) return undefined;
      onOutcome('unreachable');
      const serving = servedHash() ?? 'none';
      if (!away) log.error({ source: source.name, serving, reason: reasonOf(error) }, 'supergraph source unavailable');
      away = true;
      return undefined;
    }
  };

  return async (signal) => {
    const supergraph = await readSource(signal);
    if (supergraph === undefined || signal.aborted) return;
    const hash = hashOf(supergraph);
    if (hash === refused) return;
    refused = undefined;
    if (hash === servedHash()) return;
    try {
      const { replanned } = await offer(supergraph);
      onOutcome('loaded');
      log.info({ source: source.name, hash, planned: replanned.planned }, 'supergraph loaded');
      if (replanned.noLongerValid.length > 0)
        log.warn({ hash, operations: replanned.noLongerValid }, 'operations in use are invalid on this supergraph');
    } catch (error) {
      refused = hash;
      onOutcome('refused');
      const serving = servedHash() ?? 'none';
      log.error({ source: source.name, hash, serving, reason: reasonOf(error) }, 'supergraph refused');
    }
  };
};

// Composition errors are lists; a log line is one line.
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message ?? String(error), cause?.message].filter(Boolean).join(': ').replaceAll(/\s+/g, ' ').slice(0, 1_000);
};

// The default poll interval of a URL.
const retryAfterSeconds = 5;

export const refuseUntilLoaded =
  (isLoaded: () => boolean): onRequestAsyncHookHandler =>
  async (request, reply) => {
    if (isLoaded() || !request.routeOptions.url?.startsWith('/graphql')) return;
    await reply
      .status(503)
      .header('retry-after', retryAfterSeconds)
      .send(errorBody('SCHEMA_NOT_LOADED', 'The gateway has no schema yet. Try again in a few seconds.'));
  };
