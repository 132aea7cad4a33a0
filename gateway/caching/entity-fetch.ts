/** An `_entities` fetch taken apart and put together again. Pure. */
import { Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import type { SubgraphAnswer, SubgraphRequest } from '../upstream/subgraph-call.ts';
import { hintOf } from './cache-policy.ts';
import type { Found } from './cache-store.ts';
import { digest } from './operation-key.ts';

export type Representation = Readonly<Record<string, unknown>>;

export interface EntityFetch {
  readonly request: SubgraphRequest;
  readonly representations: readonly Representation[];
  /** One for each representation: whoever asks for the same of the same entity has the same key. */
  readonly keys: readonly string[];
}

/** What the query asks of an entity, or `undefined` when it is no entity fetch. The operation's name is the client's. */
export const entitySelection = (query: string): string | undefined => {
  const { definitions } = parse(query, { noLocation: true });
  const operations = definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  const [root, ...others] = operation?.selectionSet.selections ?? [];
  // A client's own field may be called so by an alias, and its own variable `representations`; it cannot be both.
  const isEntities = root?.kind === Kind.FIELD && root.name.value === '_entities' && !root.alias;
  if (!operation || operations.length > 1 || !isEntities || others.length > 0) return undefined;
  const { name: _, ...anonymous } = operation;
  return print({ kind: Kind.DOCUMENT, definitions: [anonymous, ...definitions.filter((each) => each !== operation)] });
};

export const entityFetch = (subgraph: string, request: SubgraphRequest, selection: string): EntityFetch | undefined => {
  const { representations, ...others } = request.variables ?? {};
  if (!Array.isArray(representations)) return undefined;
  const base = digest('entity', subgraph, selection, JSON.stringify(others));
  const keys = representations.map((representation) => digest(base, JSON.stringify(representation)));
  return { request, representations, keys };
};

/** What of a fetch is still to be asked for: each entity once, though the executor names it as often as it occurs. */
export interface Rest {
  readonly request: SubgraphRequest;
  /** For each entity of the request, its key and its places in the whole fetch. */
  readonly keys: readonly string[];
  readonly places: readonly (readonly number[])[];
}

export const restOf = ({ request, representations, keys }: EntityFetch, found: readonly unknown[]): Rest => {
  const missing = keys.map((_, at) => at).filter((at) => found[at] === undefined);
  const byKey = Map.groupBy(missing, (at) => keys[at] ?? '');
  const places = [...byKey.values()];
  const wanted = places.map(([first = 0]) => representations[first]);
  return {
    request: { ...request, variables: { ...request.variables, representations: wanted } },
    keys: [...byKey.keys()],
    places,
  };
};

/** The entities of an answer to `count` representations; none when it is no such answer. */
export const entitiesIn = ({ data }: SubgraphAnswer, count: number): readonly unknown[] => {
  const entities = data?._entities;
  return Array.isArray(entities) && entities.length === count ? entities : [];
};

/** The answer to the whole fetch: what was found, and in between what was asked for. What neither has is null. */
export const completed = (
  found: readonly (Found | undefined)[],
  { places }: Rest,
  answer: SubgraphAnswer,
): SubgraphAnswer => {
  const hits = found.filter((entity) => entity !== undefined);
  const isUnusable = entitiesIn(answer, places.length).length < places.length;
  if (hits.length === 0 && isUnusable) return answer;
  const entities: unknown[] = found.map((entity) => (entity ? JSON.parse(entity.value) : null));
  // The executor writes into what it gets: each place needs an object of its own.
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

/** Errors name an entity by its place in the list that was asked for; the executor knows the places of the whole. */
const errorsInPlace = ({ errors }: SubgraphAnswer, places: Rest['places']): SubgraphAnswer['errors'] =>
  errors?.flatMap((error) => {
    const [root, at, ...rest] = error.path ?? [];
    const own = root === '_entities' && typeof at === 'number' ? places[at] : undefined;
    return own ? own.map((place) => ({ ...error, path: ['_entities', place, ...rest] })) : [error];
  });
