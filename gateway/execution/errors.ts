/** The errors of a response: those of its fetches at all positions that they concern, and values that were invalid. */
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { type LostFields, listErrors, listedPaths, requestedFields } from '../graphql/partial-data-errors.ts';
import type { SubgraphError } from '../upstream/subgraph-call.ts';
import type { Failure, FetchFacts, Run } from './fetch.ts';
import { type Data, positionsOf } from './targets.ts';
import type { Fault, Path } from './write.ts';

/** `data` is what the client gets, with a null for each field that was lost. */
export const errorsOf = (run: Run, faults: readonly Fault[], data: unknown): readonly GraphQLError[] => {
  const listed = listErrors(
    run.failures.flatMap((failure) => errorsOfFetch(run, failure)),
    data,
  );
  // A null that a listed error explains has no second error.
  const isExplained = ({ isNull, path }: Fault) => isNull && listed.some((error) => concerns(error.path, path));
  return [...listed, ...faults.filter((fault) => !isExplained(fault)).map(invalidValue)];
};

/** An error further up or down has led to the same null. One without a path has cost what the client did not select. */
const concerns = (path: GraphQLError['path'], fault: Path): boolean =>
  !path || path.slice(0, fault.length).every((step, depth) => step === fault[depth]);

const invalidValue = ({ message, path, code }: Fault): GraphQLError =>
  new GraphQLError(message, { path, extensions: { code } });

/** Those about fields as a whole are one group. */
const errorsOfFetch = (run: Run, failure: Failure): (GraphQLError | LostFields)[] => {
  const { errors } = failure;
  const whole = errors.filter((error) => isWhole(error, failure));
  const [first] = whole;
  return errors.flatMap((error): readonly (GraphQLError | LostFields)[] => {
    if (error === first) return [lostFields(run, failure, first, whole)];
    return whole.includes(error) ? [] : fieldErrors(run, failure, error);
  });
};

/** Not about one field: of the fetch, or of an entity. */
const isWhole = ({ path = [] }: SubgraphError, { entities }: Failure): boolean =>
  entities ? path.length <= 2 : path.length === 0;

const lostFields = (
  { root, clientKey }: Run,
  { fetch, entities }: Failure,
  first: SubgraphError,
  errors: readonly SubgraphError[],
): LostFields => {
  const concerned = entities && new Set(errors.flatMap((error) => entitiesOf(error, entities)));
  const positions = positionsOf(root, fetch.steps, (object) => concerned?.has(object) ?? true, listedPaths + 1);
  return {
    error: placedError(fetch, first, undefined),
    keys: keysOf(fetch, entities !== undefined).map(clientKey),
    positions: positions.slice(0, listedPaths).map(({ path }) => clientPath(path, clientKey)),
    isCut: positions.length > listedPaths,
  };
};

const entitiesOf = ({ path }: SubgraphError, entities: NonNullable<Failure['entities']>): readonly Data[] => {
  const index = path?.[1];
  return typeof index === 'number' ? (entities[index] ?? []) : entities.flat();
};

/** An entity's own error is that of each of its positions. */
const fieldErrors = ({ root, clientKey }: Run, { fetch, entities }: Failure, error: SubgraphError): GraphQLError[] => {
  const { path = [] } = error;
  const concerned = entities && new Set(entitiesOf(error, entities));
  const inside = entities ? path.slice(2) : path;
  return positionsOf(root, fetch.steps, (object) => concerned?.has(object) ?? true, listedPaths).map((position) =>
    placedError(fetch, error, clientPath([...position.path, ...inside], clientKey)),
  );
};

const clientPath = (path: Path, clientKey: Run['clientKey']): Path =>
  path.map((step) => (typeof step === 'string' ? clientKey(step) : step));

const placedError = ({ subgraph }: FetchFacts, error: SubgraphError, path: Path | undefined): GraphQLError => {
  const code = error.extensions?.code ?? 'DOWNSTREAM_SERVICE_ERROR';
  const extensions: GraphQLErrorExtensions = { ...error.extensions, code, serviceName: subgraph };
  const message = error.message || `Error while fetching subquery from service "${subgraph}"`;
  return new GraphQLError(message, { path, extensions, originalError: error as GraphQLError });
};

const keys = new WeakMap<FetchFacts, readonly string[]>();

/** Read from the query when its fetch has failed for the first time. */
const keysOf = (fetch: FetchFacts, isOfEntities: boolean): readonly string[] => {
  const known = keys.get(fetch) ?? requestedFields(fetch.query, isOfEntities);
  keys.set(fetch, known);
  return known;
};
