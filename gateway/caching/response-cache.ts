/** Caches whole responses of public queries. */
import { type GraphQLSchema, type OperationDefinitionNode, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { dataText, textOf } from '../graphql/response-text.ts';
import type { AnsweredOperation, OperationRequest, ResolvedOperation, Step } from '../graphql/steps.ts';
import { type CacheContext, type CacheContexts, sharedSeconds } from './cache-policy.ts';
import { type CacheStore, digest, type Generations } from './cache-store.ts';
import type { CacheMetrics, CacheOutcome } from './metrics.ts';
import { cachingBounds } from './variables.ts';

interface ResponseCacheOptions {
  readonly store: CacheStore;
  readonly requests: CacheContexts;
  readonly metrics: CacheMetrics;
  readonly schemaId: (schema: GraphQLSchema) => string | undefined;
}

interface Shared {
  readonly data: string;
  readonly remainingMs: number;
}

/** What the first of several identical queries owes to the others. */
interface Lead {
  readonly key: string;
  readonly operation: string;
  readonly caching: CacheContext;
  readonly generations: Generations;
  /** Releases the queries that wait for this one; with `undefined` they fetch for themselves. */
  readonly settle: ((answer: Shared | undefined) => void) | undefined;
}

/**
 * Serves a cached response, or waits for an identical query in flight, or executes and stores. Stored are only
 * responses without errors that every subgraph involved calls public.
 */
export const responseCache = (options: ResponseCacheOptions): Step => {
  const { store, requests, metrics, schemaId } = options;
  const inFlight = singleFlight();
  const leads = new WeakMap<OperationRequest['request'], Lead>();
  // Known private operations are neither looked up nor, above all, waited for.
  const uncacheable = new LRUCache<string, true>({
    max: cachingBounds.uncacheableOperations,
    ttl: cachingBounds.uncacheableTtlMs,
  });

  /** The answer, or `undefined`: then this request executes, on behalf of those who wait as well if it is the first. */
  const lookUp = async (request: ResolvedOperation, caching: CacheContext): Promise<Shared | undefined> => {
    const outcome = (what: CacheOutcome) => metrics.lookedUp('response', what);
    const operation = operationId(request, schemaId(request.schema));
    if (!operation || uncacheable.has(operation)) return void outcome('bypass');
    const variables = variablesText(request.operation, request.request.variables);
    const id = { operation, key: digest('response', operation, variables) };
    const reading = await store.read([id.key]);
    if (!reading) return void outcome('error');
    const { found, generations } = reading;
    caching.generations = generations;
    if (!caching.mayRead) {
      leads.set(request.request, { ...id, caching, generations, settle: undefined });
      return void outcome('bypass');
    }
    if (found[0]) {
      outcome('hit');
      return { data: found[0].value, remainingMs: found[0].remainingMs };
    }
    // Queries after a change must not get an answer that was begun before it.
    const flight = `${id.key} ${JSON.stringify(generations)}`;
    const waitedFor = inFlight.get(flight);
    if (!waitedFor) leads.set(request.request, { ...id, caching, generations, settle: inFlight.start(flight) });
    const shared = await waitedFor;
    outcome(shared ? 'hit' : 'miss');
    return shared;
  };

  const keep = (request: AnsweredOperation, { key, operation, caching, generations, settle }: Lead): void => {
    const answer = sharedAnswer(request);
    if (answer === 'private') {
      if (!caching.hasCachedParts) uncacheable.set(operation, true);
    } else if (answer) {
      const { data, remainingMs } = answer;
      store.write([{ key, value: data, sources: [...caching.sources], ttlMs: remainingMs }], generations);
    }
    settle?.(answer === 'private' ? undefined : answer);
  };

  return {
    instead: async (request) => {
      const caching = requests.get(request.contextValue);
      if (!caching) metrics.lookedUp('response', 'bypass');
      const shared = caching && (await lookUp(request, caching));
      request.response.http.headers.set('x-cache', shared ? 'hit' : 'miss');
      if (!shared) return undefined;
      request.overallCachePolicy.restrict({ maxAge: Math.floor(shared.remainingMs / 1_000), scope: 'PUBLIC' });
      return { data: request.contextValue.takesText ? dataText(shared.data) : JSON.parse(shared.data) };
    },
    after: (request) => {
      const lead = leads.get(request.request);
      if (lead) keep(request, lead);
    },
    // Waiting queries must be released whatever happens.
    failed: ({ request }) => leads.get(request)?.settle?.(undefined),
  };
};

/**
 * `undefined` for errors, which say nothing about the next answer. `private`: the next one will not be shareable
 * either.
 */
const sharedAnswer = ({ response, overallCachePolicy }: AnsweredOperation): Shared | 'private' | undefined => {
  const { data, errors } = response.body.singleResult;
  if (!data || errors?.length || (response.http.status ?? 200) !== 200) return undefined;
  const policy = overallCachePolicy.policyIfCacheable();
  const seconds = policy ? Math.min(sharedSeconds(policy), cachingBounds.maxAgeSeconds) : 0;
  return seconds > 0 ? { data: textOf(data), remainingMs: seconds * 1_000 } : 'private';
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

interface Identified {
  readonly schemaId: string;
  readonly id: string;
}

// The parsed document is kept with its text, so each operation is printed once for each schema.
const identified = new WeakMap<OperationDefinitionNode, Identified>();

/** Identifies an operation regardless of whitespace and comments. */
const operationId = (request: ResolvedOperation, schemaId: string | undefined): string | undefined => {
  if (!schemaId) return undefined;
  const { document, operation, operationName } = request;
  const known = identified.get(operation);
  if (known?.schemaId === schemaId) return known.id;
  const id = digest(schemaId, print(document), operationName ?? '');
  identified.set(operation, { schemaId, id });
  return id;
};

/** Only declared variables can make a difference. */
const variablesText = (
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify(
    variableDefinitions
      .map(({ variable }) => variable.name.value)
      .filter((name) => Object.hasOwn(variables, name))
      .toSorted()
      .map((name) => [name, variables[name]]),
    inOrder,
  );

/** Input objects are equal whatever the order of their fields. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
