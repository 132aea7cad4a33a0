/**
 * The schema that is served, and the life of it: looks for a new supergraph, makes a generation of it, switches. What
 * cannot be served never replaces what is.
 */
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import { startPeriodic } from '#platform/process/periodic.ts';
import type { FetchThrough } from '../caching/entity-cache.ts';
import type { Execute } from '../graphql/federation.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { type Generation, generationOf } from './generation.ts';
import { lookout } from './lookout.ts';
import { schemaMetrics } from './metrics.ts';
import { operationsInUse } from './operations-in-use.ts';
import { planKey } from './plan-cache.ts';
import { type Connect, subgraphClients } from './subgraph-clients.ts';
import type { SupergraphSource } from './supergraph-source.ts';
import { schemaBounds } from './variables.ts';

type GatewayInterface = ApolloServerOptionsWithGateway<RequestContext>['gateway'];

export interface ServedSchema {
  /** For Apollo Server, which starts and ends it. */
  readonly gateway: GatewayInterface;
  /** False until the first supergraph has come. */
  readonly isLoaded: () => boolean;
}

export interface ServedSchemaOptions {
  readonly source: SupergraphSource;
  /** Called once per subgraph and URL. */
  readonly connect: Connect;
  /** Stands around every call of a subgraph. */
  readonly fetchThrough?: FetchThrough;
  readonly metrics: Registry;
  readonly log: Logger;
}

// Apollo Server must have some schema to start with. Nobody gets to see it: `refuseUntilLoaded` stands before it.
const nothing = 'type Query { nothing: Boolean }';

export const servedSchema = ({
  source,
  connect,
  fetchThrough,
  metrics: registry,
  log,
}: ServedSchemaOptions): ServedSchema => {
  const metrics = schemaMetrics(registry);
  const clients = subgraphClients(connect);
  const inUse = operationsInUse(schemaBounds.operationsRememberedBytes);
  const listeners = new Set<Listener>();
  // By the schema that Apollo Server validated a request with. Ends with the last request that refers to it.
  const generations = new WeakMap<GraphQLSchema, Generation>();
  let current: Generation | undefined;

  const tell: Listener = (schema) => {
    for (const listener of listeners) listener(schema);
  };
  const switchTo = (next: Generation): void => {
    generations.set(next.schema, next);
    tell({ apiSchema: next.schema, coreSupergraphSdl: next.supergraph });
    current?.retire();
    current = next;
    inUse.fade();
    metrics.serving(next.hash);
  };
  const ending = new AbortController();
  const lookAtSource = lookout({
    source,
    log,
    onOutcome: metrics.reloaded,
    servedHash: () => current?.hash,
    offer: async (supergraph) => {
      const operations = inUse.mostUsed(schemaBounds.operationsReplanned);
      const next = await generationOf({ supergraph, clients, fetchThrough, inUse: operations, metrics, log });
      switchTo(next);
      return next;
    },
  });

  const execute: Execute = (request) => {
    const generation = generations.get(request.schema) ?? current;
    if (!generation) throw new Error('a request was let in before there was a schema');
    const { operationName } = request.request;
    const name = request.operationName ?? 'anonymous';
    inUse.note({ key: planKey(request.queryHash, operationName), document: request.document, operationName, name });
    return generation.execute(request);
  };

  const look = () => lookAtSource(ending.signal);
  let looking: { close(): Promise<void> } | undefined;
  return {
    isLoaded: () => current !== undefined,
    gateway: {
      onSchemaLoadOrUpdate: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      load: async () => {
        await look();
        if (!current && !source.everyMs) throw new Error(`${source.name} cannot be served: the log says why`);
        if (!current) tell({ apiSchema: buildSchema(nothing), coreSupergraphSdl: nothing });
        if (source.everyMs) {
          const task = { name: 'supergraph', everyMs: source.everyMs, run: look };
          looking = startPeriodic([task], { log, metrics: registry });
        }
        return { executor: execute };
      },
      stop: async () => {
        ending.abort();
        await looking?.close();
        await clients.close();
      },
    },
  };
};

type Listener = Parameters<NonNullable<GatewayInterface['onSchemaLoadOrUpdate']>>[0];
