/** Whole answers of public queries. */
import { type ApolloServerPlugin, type GraphQLRequestContext, HeaderMap } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../identity/request-context.ts';
import { digest, operationId, variablesText } from './cache-key.ts';
import type { CacheContext, CacheContexts } from './cache-policy.ts';
import { sharedSeconds } from './cache-policy.ts';
import type { CacheStore, Generations } from './cache-store.ts';
import type { CacheMetrics, CacheOutcome } from './metrics.ts';
import { cachingBounds } from './variables.ts';

interface ResponseCacheOptions {
  readonly store: CacheStore;
  readonly requests: CacheContexts;
  readonly metrics: CacheMetrics;
  /** Answers by another schema are other answers. */
  readonly schemaId: (schema: GraphQLSchema) => string | undefined;
}

/** An answer that can be given to everybody. */
interface Shared {
  readonly data: string;
  readonly remainingMs: number;
}

/** What this request owes to those after it: its answer, if it turns out to be one for everybody. */
interface Lead {
  readonly key: string;
  readonly operation: string;
  readonly sharing: CacheContext;
  readonly generations: Generations;
  /** Ends the wait of those who asked the same meanwhile; they fetch themselves when there is nothing to share. */
  readonly settle: ((answer: Shared | undefined) => void) | undefined;
}

type Request = GraphQLRequestContext<RequestContext>;

/**
 * Finds an answer, or waits for one that is being made for the same question, or makes one and keeps it. Kept is only
 * what every subgraph involved calls public, without errors.
 */
export const responseCache = (options: ResponseCacheOptions): ApolloServerPlugin<RequestContext> => {
  const { store, requests, metrics, schemaId } = options;
  const inFlight = singleFlight();
  const leads = new WeakMap<Request['request'], Lead>();
  // What is known to be nobody else's business is not looked for, and above all not waited for.
  const uncacheable = new LRUCache<string, true>({
    max: cachingBounds.uncacheableOperations,
    ttl: cachingBounds.uncacheableTtlMs,
  });

  /** The answer, or `undefined`: then this request makes one itself, for those after it as well if it leads. */
  const lookUp = async (request: Request, sharing: CacheContext): Promise<Shared | undefined> => {
    const id = idOf(request, schemaId(request.schema));
    const outcome = (what: CacheOutcome) => metrics.lookedUp('response', what);
    if (!id || uncacheable.has(id.operation)) return void outcome('bypass');
    const reading = await store.read([id.key]);
    if (!reading) return void outcome('error');
    const { found, generations } = reading;
    sharing.generations = generations;
    if (!sharing.mayRead) {
      leads.set(request.request, { ...id, sharing, generations, settle: undefined });
      return void outcome('bypass');
    }
    if (found[0]) {
      outcome('hit');
      return { data: found[0].value, remainingMs: found[0].remainingMs };
    }
    // An answer that was begun before a change is not one for those who ask after it.
    const flight = `${id.key} ${JSON.stringify(generations)}`;
    const waitedFor = inFlight.get(flight);
    if (!waitedFor) leads.set(request.request, { ...id, sharing, generations, settle: inFlight.start(flight) });
    const shared = await waitedFor;
    outcome(shared ? 'hit' : 'miss');
    return shared;
  };

  const keep = (request: Request, { key, operation, sharing, generations, settle }: Lead): void => {
    const answer = sharedAnswer(request);
    if (answer === 'private') {
      if (!sharing.hasCachedParts) uncacheable.set(operation, true);
    } else if (answer) {
      const { data, remainingMs } = answer;
      store.write([{ key, value: data, sources: [...sharing.sources], ttlMs: remainingMs }], generations);
    }
    settle?.(answer === 'private' ? undefined : answer);
  };

  return {
    requestDidStart: async () => ({
      responseForOperation: async (request) => {
        const sharing = requests.get(request.contextValue);
        if (!sharing) metrics.lookedUp('response', 'bypass');
        const shared = sharing && (await lookUp(request, sharing));
        request.response.http.headers.set('x-cache', shared ? 'hit' : 'miss');
        if (!shared) return null;
        request.overallCachePolicy.restrict({ maxAge: Math.floor(shared.remainingMs / 1_000), scope: 'PUBLIC' });
        const singleResult = { data: JSON.parse(shared.data) };
        return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
      },
      willSendResponse: async (request) => {
        const lead = leads.get(request.request);
        if (lead) keep(request, lead);
      },
    }),
    // Those who wait must not wait for ever, whatever went wrong.
    unexpectedErrorProcessingRequest: async ({ requestContext }) =>
      leads.get(requestContext.request)?.settle?.(undefined),
  };
};

/** `undefined` for an answer that says nothing about the next: it has errors. `private`: nor will the next be for all. */
const sharedAnswer = ({ response, overallCachePolicy }: Request): Shared | 'private' | undefined => {
  if (response.body?.kind !== 'single') return undefined;
  const { data, errors } = response.body.singleResult;
  if (!data || errors?.length || (response.http.status ?? 200) !== 200) return undefined;
  const policy = overallCachePolicy.policyIfCacheable();
  const seconds = policy ? Math.min(sharedSeconds(policy), cachingBounds.maxAgeSeconds) : 0;
  return seconds > 0 ? { data: JSON.stringify(data), remainingMs: seconds * 1_000 } : 'private';
};

const idOf = ({ document, operation, operationName, request }: Request, schemaId: string | undefined) => {
  if (!document || !operation || !schemaId) return undefined;
  const id = digest(schemaId, operationId(document, operationName));
  return { operation: id, key: digest('response', id, variablesText(operation, request.variables)) };
};

/** The first of several identical queries fetches, the others wait for its response. */
const singleFlight = () => {
  const inFlight = new Map<string, Promise<Shared | undefined>>();
  return {
    get: (key: string) => inFlight.get(key),
    start: (key: string): NonNullable<Lead['settle']> => {
      const { promise, resolve } = Promise.withResolvers<Shared | undefined>();
      inFlight.set(key, promise);
      return (answer) => {
        inFlight.delete(key);
        resolve(answer);
      };
    },
  };
};
