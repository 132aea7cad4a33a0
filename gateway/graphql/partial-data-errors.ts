/**
 * One error, with its path, for each field that a failed fetch has cost, as the GraphQL specification requires: clients
 * can tell a failed null from a real one. @apollo/gateway reports one error per failed fetch, without a path.
 */
import { type FieldNode, type FragmentDefinitionNode, GraphQLError, Kind, parse, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from '#platform/graphql/fragments.ts';
import type { SubgraphAnswer, SubgraphError, SubgraphRequest } from '../upstream/subgraph-call.ts';

type Path = readonly (string | number)[];

interface FailedFetch {
  /** Response names of the requested fields: of the root, or of each entity. */
  readonly keys: readonly string[];
  /** There are more entities than listed. */
  readonly isCut: boolean;
}

/**
 * 500 paths per response: five lost fields for each entry of the longest page (100). At 200 bytes each that is 100 kB
 * before compression. The last listed error says if there are more.
 */
export const listedPaths = 500;

/** By the error object given to the executor, which keeps it as `originalError`. */
const fetches = new WeakMap<object, FailedFetch>();

/**
 * For the executor: gives an answer's errors a path. The executor maps entities to their positions in the response, so
 * an error about all entities is repeated for each; which of their fields are lost is worked out afterwards.
 */
export const placeErrors = (request: SubgraphRequest, answer: SubgraphAnswer): SubgraphAnswer => {
  if (!answer.errors?.length) return answer;
  const { keys, entities } = requestOf(request);
  const lost = { keys, isCut: entities !== undefined && entities > listedPaths };
  const at = (error: SubgraphError, path: Path): SubgraphError => {
    const placed = { ...error, path };
    fetches.set(placed, lost);
    return placed;
  };
  const errors = answer.errors.flatMap((error) => {
    const path = error.path ?? [];
    if (entities === undefined) return path.length > 0 ? [error] : [at(error, [])];
    if (path.length > 2) return [error];
    if (typeof path[1] === 'number') return [at(error, path)];
    return Array.from({ length: Math.min(entities, listedPaths) }, (_, index) => at(error, ['_entities', index]));
  });
  return { ...answer, errors };
};

/** What a fetch requests; `entities` is the number of entities of an entity fetch. */
const requestOf = ({
  query,
  variables,
}: SubgraphRequest): { keys: readonly string[]; entities: number | undefined } => {
  const { representations } = variables ?? {};
  const fields = rootFields(query);
  const [root] = fields;
  const isOfEntities = root?.name.value === '_entities' && Array.isArray(representations);
  return {
    keys: requestedFields(query, isOfEntities),
    entities: isOfEntities ? representations.length : undefined,
  };
};

/** Response names of the fields that a query requests: of the root, or of each entity. */
export const requestedFields = (query: string, isOfEntities: boolean): readonly string[] => {
  const { fragments } = operationIn(query);
  const fields = rootFields(query);
  const [root] = fields;
  return keysOf(isOfEntities && root?.selectionSet ? fieldsIn(root.selectionSet, fragments) : fields);
};

const operationIn = (query: string) => {
  const document = parse(query, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return { operation, fragments: fragmentsOf(document) };
};

const rootFields = (query: string): readonly FieldNode[] => {
  const { operation, fragments } = operationIn(query);
  return operation ? fieldsIn(operation.selectionSet, fragments) : [];
};

const fieldsIn = (
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly FieldNode[] =>
  selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    const inside = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    return inside ? fieldsIn(inside.selectionSet, fragments) : [];
  });

const keysOf = (fields: readonly FieldNode[]): readonly string[] => [
  ...new Set(fields.map(({ alias, name }) => (alias ?? name).value).filter((key) => key !== '__typename')),
];

interface Response {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

/** The executor's result, with an error for each null that a failed fetch has left in it. */
export const addPartialDataErrors = <Result extends Response>(result: Result): Result => {
  const { data, errors = [] } = result;
  if (errors.length === 0) return result;
  const groups = Map.groupBy(errors, (error) => fetchOf(error) ?? error);
  const placed = [...groups].flatMap(([fetch, group]): readonly (GraphQLError | LostFields)[] => {
    const [error] = group;
    // The executor's own faults are errors of any kind.
    if (fetch instanceof Error || !error) return group;
    return [{ error, positions: group.map(({ path = [] }) => path), ...fetch }];
  });
  return { ...result, errors: listErrors(placed, data) };
};

const fetchOf = ({ originalError }: GraphQLError): FailedFetch | undefined =>
  originalError ? fetches.get(originalError) : undefined;

/** An error about whole positions: of the root, or of entities. */
export interface LostFields extends FailedFetch {
  readonly error: GraphQLError;
  readonly positions: readonly Path[];
}

/** One error for each null in `data` that lost fields have left; others as they are. */
export const listErrors = (errors: readonly (GraphQLError | LostFields)[], data: unknown): GraphQLError[] => {
  const told = new Set<string>();
  const nulls = errors.map((lost) => (lost instanceof Error ? [] : nullsOf(lost, data)));
  // A subgraph's error may be about several fetches, which were one request.
  const listed = new Set(
    errors.flatMap((lost, at) => (nulls[at]?.length && 'error' in lost ? [lost.error.originalError] : [])),
  );
  return errors.flatMap((lost, at) => {
    if (lost instanceof Error) return [lost];
    const { error } = lost;
    const own = new Map(nulls[at]?.map((path) => [errorKey(error, path), path]));
    // Nothing the client asked for: it was fetched as input of another fetch, but it failed all the same.
    if (own.size === 0) {
      const { originalError } = error;
      if (originalError && listed.has(originalError)) return [];
      listed.add(originalError);
      return [errorAt(error, undefined)];
    }
    const fresh = [...own].filter(([key]) => !told.has(key));
    const within = fresh.slice(0, Math.max(1, listedPaths - told.size));
    for (const [key] of within) told.add(key);
    const isCut = lost.isCut || within.length < fresh.length;
    return within.map(([, path], index) => errorAt(error, path, isCut && index === within.length - 1));
  });
};

const nullsOf = ({ positions, keys }: LostFields, data: unknown): readonly Path[] =>
  positions.flatMap((position) =>
    keys.flatMap((key) => {
      const found = topmostNull(data, [...position, key]);
      return found ? [found] : [];
    }),
  );

/** The path of the null, which is further up when a non-null field was lost. Undefined where there is none. */
const topmostNull = (data: unknown, path: Path): Path | undefined => {
  let value = data;
  for (const [depth, step] of path.entries()) {
    // The root has no path: its field was lost then.
    if (value === null) return path.slice(0, Math.max(1, depth));
    if (typeof value !== 'object') return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value === null ? path : undefined;
};

const errorKey = ({ message, extensions }: GraphQLError, path: Path): string =>
  JSON.stringify([message, extensions.code, path]);

/** All keep the same `originalError`, which identifies the failure. */
const errorAt = ({ message, extensions, originalError }: GraphQLError, path: Path | undefined, isLast = false) =>
  new GraphQLError(message, { path, extensions: isLast ? { ...extensions, more: true } : extensions, originalError });
