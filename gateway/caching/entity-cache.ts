/** Caches single entities of `_entities` fetches, so that requests share what any of them has fetched. */
import { Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { entryBytes, heapBytes, textBytes } from '#platform/process/heap-bytes.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { entityCount, type SubgraphAnswer, type SubgraphRequest } from '../upstream/subgraph-call.ts';
import { type CacheContext, type CacheContexts, hintOf, sharedSeconds } from './cache-policy.ts';
import { type CacheStore, digest, type Found, type Generations, type Reading } from './cache-store.ts';
import type { CacheMetrics } from './metrics.ts';
import { cachingBounds } from './variables.ts';

interface Fetch {
  readonly subgraph: string;
  readonly request: SubgraphRequest;
  readonly context: RequestContext;
}

/** Calls the subgraph. Calls of different generations must not share an answer in flight. */
type Ask = (request: SubgraphRequest, generations?: string) => Promise<SubgraphAnswer>;

export type ReadThrough = (fetch: Fetch, ask: Ask) => Promise<SubgraphAnswer>;

interface EntityCacheOptions {
  readonly store: CacheStore;
  readonly requests: CacheContexts;
  readonly metrics: CacheMetrics;
  /** When off, entities are neither looked up nor stored. */
  readonly isOn: boolean;
}

// 4 MiB: one text per kind of fetch per operation, 1 KiB each with its selection; large graphs have some hundreds.
const selectionsBytes = 4_194_304;

export const entityCache = ({ store, requests, metrics, isOn }: EntityCacheOptions): ReadThrough => {
  const selectionOf = selectionCache();
  // By selection: what its subgraph does not allow to be cached is not looked up until it is tried again.
  const uncacheable = new LRUCache<string, true>({
    max: cachingBounds.uncacheableOperations,
    ttl: cachingBounds.uncacheableTtlMs,
  });

  const lookUp = async (fetch: EntityFetch, caching: CacheContext): Promise<Reading | undefined> => {
    const reading = await store.read(fetch.keys);
    const { length } = fetch.keys;
    if (!reading) {
      metrics.lookedUp('entity', 'error', length);
      return undefined;
    }
    if (!caching.mayRead) {
      metrics.lookedUp('entity', 'bypass', length);
      return { ...reading, found: fetch.keys.map(() => undefined) };
    }
    const hits = reading.found.filter((entity) => entity !== undefined).length;
    metrics.lookedUp('entity', 'hit', hits);
    metrics.lookedUp('entity', 'miss', length - hits);
    if (hits > 0) caching.hasCachedParts = true;
    return reading;
  };

  const keep = ({ subgraph, rest, answer, generations }: Fetched): void => {
    const ttlMs = cacheableMs(answer);
    const entities = entitiesIn(answer, rest.keys.length);
    // Unknown entities are not cached: they may exist in a moment, or be guesses of a client that tries ids.
    const entries = rest.keys.flatMap((key, at) =>
      entities[at] ? [{ key, value: JSON.stringify(entities[at]), sources: [subgraph], ttlMs }] : [],
    );
    if (ttlMs > 0) store.write(entries, generations);
  };

  return async ({ subgraph, request, context }, send) => {
    const caching = requests.get(context);
    if (!caching) return send(request);
    caching.sources.add(subgraph);
    const ask = privateWithHeaders(send);
    const askAsIs = () => ask(request, caching.generations && JSON.stringify(caching.generations));

    const selection = isOn ? selectionOf(request.query) : undefined;
    if (!selection) return askAsIs();
    const kind = `${subgraph} ${selection.id}`;
    if (uncacheable.has(kind)) {
      metrics.lookedUp('entity', 'bypass', entityCount(request) ?? 0);
      return askAsIs();
    }
    const fetch = entityFetch(subgraph, request, selection.text);
    if (!fetch) return askAsIs();
    const reading = await lookUp(fetch, caching);
    if (!reading) return askAsIs();
    const { found, generations } = reading;
    const rest = missingEntities(fetch, found);
    if (rest.keys.length === 0) return mergeEntities(found, rest, noFetch);
    const answer = await ask(rest.request, JSON.stringify(generations));
    if (!answer.errors?.length && cacheableMs(answer) === 0) uncacheable.set(kind, true);
    keep({ subgraph, rest, answer, generations });
    return mergeEntities(found, rest, answer);
  };
};

/** Headers returned to the client (a cookie, for example) are for this client alone, so the answer is private. */
const privateWithHeaders =
  (send: Ask): Ask =>
  async (...sent) => {
    const answer = await send(...sent);
    return answer.headers ? { ...answer, cacheControl: undefined } : answer;
  };

/** Each text is parsed once. */
interface Selection {
  readonly text: string;
  readonly id: string;
}

const selectionCache = (): ((query: string) => Selection | undefined) => {
  const selections = new LRUCache<string, { selection: Selection | undefined }>({
    maxSize: selectionsBytes,
    sizeCalculation: (value, query) => heapBytes(value) + textBytes(query) + entryBytes,
  });
  return (query) => {
    let known = selections.get(query);
    if (!known) {
      const text = entitySelection(query);
      known = { selection: text === undefined ? undefined : { text, id: digest(text) } };
      selections.set(query, known);
    }
    return known.selection;
  };
};

interface Fetched {
  readonly subgraph: string;
  readonly rest: MissingEntities;
  readonly answer: SubgraphAnswer;
  readonly generations: Generations;
}

/** The neutral element of merging, when everything was found. */
const noFetch: SubgraphAnswer = {
  data: { _entities: [] },
  cacheControl: `public, max-age=${cachingBounds.maxAgeSeconds}`,
};

/** How long the entities of an answer may be shared; not at all when any part failed. */
const cacheableMs = ({ errors, cacheControl }: SubgraphAnswer): number =>
  errors?.length ? 0 : Math.min(sharedSeconds(hintOf(cacheControl)), cachingBounds.maxAgeSeconds) * 1_000;

interface EntityFetch {
  readonly request: SubgraphRequest;
  /** As JSON. */
  readonly representations: readonly string[];
  /** One per representation; the same selection of the same entity has the same key. */
  readonly keys: readonly string[];
}

/** The selection of an entity fetch without its operation name, or `undefined` for any other query. */
export const entitySelection = (query: string): string | undefined => {
  const { definitions } = parse(query, { noLocation: true });
  const operations = definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  const [root, ...others] = operation?.selectionSet.selections ?? [];
  // A client may alias a field to this name or have a variable `representations`, but not both.
  const isEntities = root?.kind === Kind.FIELD && root.name.value === '_entities' && !root.alias;
  if (!operation || operations.length > 1 || !isEntities || others.length > 0) return undefined;
  const { name: _, ...anonymous } = operation;
  return print({ kind: Kind.DOCUMENT, definitions: [anonymous, ...definitions.filter((each) => each !== operation)] });
};

export const entityFetch = (subgraph: string, request: SubgraphRequest, selection: string): EntityFetch | undefined => {
  const { representations: given, ...others } = request.variables ?? {};
  const representations =
    request.representations ?? (Array.isArray(given) ? given.map((one) => JSON.stringify(one)) : undefined);
  if (!representations) return undefined;
  const base = digest('entity', subgraph, selection, JSON.stringify(others));
  const keys = representations.map((representation) => digest(base, representation));
  return { request, representations, keys };
};

/** The part of a fetch that the cache lacks: each entity once, though the executor repeats it wherever it occurs. */
interface MissingEntities {
  readonly request: SubgraphRequest;
  /** Per requested entity, its key and its positions in the whole fetch. */
  readonly keys: readonly string[];
  readonly places: readonly (readonly number[])[];
}

export const missingEntities = (
  { request: whole, representations, keys }: EntityFetch,
  found: readonly unknown[],
): MissingEntities => {
  const missing = keys.map((_, at) => at).filter((at) => found[at] === undefined);
  const byKey = Map.groupBy(missing, (at) => keys[at] ?? '');
  const places = [...byKey.values()];
  const wanted = places.map(([first = 0]) => representations[first] ?? '');
  const { query, operationName, variables } = whole;
  const texts = `[${wanted.join(',')}]`;
  const request = {
    query,
    operationName,
    variables: { ...variables, representations: JSON.parse(texts) },
    representations: wanted,
  };
  return {
    request,
    keys: [...byKey.keys()],
    places,
  };
};

/** The entities of an answer to `count` representations; empty if it is not such an answer. */
export const entitiesIn = ({ data }: SubgraphAnswer, count: number): readonly unknown[] => {
  const entities = data?._entities;
  return Array.isArray(entities) && entities.length === count ? entities : [];
};

/** The answer to the whole fetch: cached entities merged with fetched ones, null where neither has one. */
export const mergeEntities = (
  found: readonly (Found | undefined)[],
  { places }: MissingEntities,
  answer: SubgraphAnswer,
): SubgraphAnswer => {
  const hits = found.filter((entity) => entity !== undefined);
  const isUnusable = entitiesIn(answer, places.length).length < places.length;
  if (hits.length === 0 && isUnusable) return answer;
  const entities: unknown[] = found.map((entity) => (entity ? JSON.parse(entity.value) : null));
  // The executor mutates its input: each position needs an object of its own.
  for (const [index, entity] of entitiesIn(answer, places.length).entries())
    for (const [nth, at] of (places[index] ?? []).entries())
      entities[at] = nth === 0 ? entity : structuredClone(entity);
  const { maxAge, scope } = hintOf(answer.cacheControl);
  const seconds = Math.min(maxAge, ...hits.map(({ remainingMs }) => Math.floor(remainingMs / 1_000)));
  const errors = errorsInPlace(answer, places);
  return {
    ...answer,
    data: { _entities: entities },
    ...(errors && { errors }),
    cacheControl: `max-age=${seconds}, ${scope.toLowerCase()}`,
  };
};

/** Errors refer to positions in the reduced fetch; the executor knows those of the whole fetch. */
const errorsInPlace = ({ errors }: SubgraphAnswer, places: MissingEntities['places']): SubgraphAnswer['errors'] =>
  errors?.flatMap((error) => {
    const [root, at, ...rest] = error.path ?? [];
    const own = root === '_entities' && typeof at === 'number' ? places[at] : undefined;
    return own ? own.map((place) => ({ ...error, path: ['_entities', place, ...rest] })) : [error];
  });
