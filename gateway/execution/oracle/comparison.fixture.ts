/** Runs one operation with two executors and says how their responses differ. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { guest } from '#contracts/viewer.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { type Execute, federation } from '../../graphql/federation.ts';
import { planCache } from '../../schema/query-plans.ts';
import type { World } from './canned-subgraph.fixture.ts';
import type { Faults } from './faults.fixture.ts';
import { type Call, type CannedClients, cannedClients, type Graph } from './graph.fixture.ts';
import type { Operation } from './operations.fixture.ts';

/** An executor over a graph's canned subgraphs. */
export interface Contender {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly execute: Execute;
  readonly clients: CannedClients;
}

/** `stock` is what everything else is measured by. */
export const contender = async (graph: Graph, name: 'stock' | 'compiled'): Promise<Contender> => {
  const clients = cannedClients(graph);
  const { log } = recordedLog();
  const plans = planCache(() => undefined).store;
  const options = { ...graph, clientOf: clients.clientOf, plans, log, execution: name };
  const { schema, executor } = await federation(options).load();
  return { name, schema, execute: executor, clients };
};

export interface Case extends Operation {
  readonly faults: Faults;
  readonly viewer?: string;
  readonly hidesInterfaces?: boolean;
  readonly corrupts?: World['corrupts'];
}

export interface Response {
  readonly data: unknown;
  /** Sorted: two fetches may come back in any order. */
  readonly errors: readonly ResponseError[];
  /** What @apollo/gateway says of invalid values, in an extension, and only when there are no other errors. */
  readonly invalidValues: readonly ResponseError[] | undefined;
  readonly calls: readonly Call[];
}

export interface ResponseError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly code?: unknown;
}

export interface Difference {
  readonly what: 'data' | 'key order' | 'errors';
  /** Where in the data, or which errors are on one side only. */
  readonly where: string;
}

export interface Contest {
  readonly graph: Graph;
  readonly expected: Contender;
  readonly actual: Contender;
}

/** As a client gets it. */
export const responseOf = async (
  { execute, schema, clients }: Contender,
  { query, variables, faults, viewer = '', hidesInterfaces, corrupts }: Case,
): Promise<Response> => {
  const { headers, calls, end } = clients.begin({ faults, viewer, hidesInterfaces, corrupts });
  const request = requestOf(schema, { query, variables }, headers);
  let result: Result;
  try {
    result = (await execute(request)) as unknown as Result;
  } catch (error) {
    // Apollo Server would report it as an error of the whole request.
    result = { errors: [{ message: `thrown: ${error instanceof Error ? error.message : String(error)}` }] };
  } finally {
    end();
  }
  const impossible = calls.find(({ fault }) => fault !== undefined);
  if (impossible)
    throw new Error(`${impossible.subgraph} cannot answer ${impossible.query}`, { cause: impossible.fault });
  const { data = null, errors = [], extensions } = JSON.parse(JSON.stringify(result)) as Result;
  const invalidValues = extensions?.valueCompletion?.map(relevant).toSorted(byText);
  return { data, errors: errors.map(relevant).toSorted(byText), invalidValues, calls };
};

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly SentError[];
  readonly extensions?: { readonly valueCompletion?: readonly SentError[] };
}

interface SentError extends ResponseError {
  readonly extensions?: { readonly code?: unknown };
}

const relevant = ({ message, path, extensions }: SentError): ResponseError => ({
  message,
  ...(path && { path }),
  ...(extensions?.code !== undefined && { code: extensions.code }),
});

const byText = (a: ResponseError, b: ResponseError): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const requestOf = (
  schema: GraphQLSchema,
  { query, variables }: Operation,
  subgraphHeaders: Readonly<Record<string, string>>,
): Parameters<Execute>[0] => {
  const document: DocumentNode = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const contextValue = { viewer: guest, subgraphHeaders };
  return {
    schema,
    source: query,
    document,
    operation,
    operationName: operation?.name?.value ?? null,
    queryHash: createHash('sha256').update(query).digest('hex'),
    request: { query, variables },
    context: contextValue,
    contextValue,
    metrics: {},
    overallCachePolicy: { restrict: () => undefined },
    logger: recordedLog().log,
  } as unknown as Parameters<Execute>[0];
};

/** The first difference; undefined when there is none. */
export const differenceOf = (expected: Response, actual: Response): Difference | undefined => {
  const [path] = pathsThatDiffer(expected.data, actual.data);
  if (path) {
    const [was, is] = [expected.data, actual.data].map((data) => JSON.stringify(valueAt(data, path)));
    return { what: 'data', where: `${['data', ...path].join('.')}: ${was} became ${is}` };
  }
  if (JSON.stringify(expected.data) !== JSON.stringify(actual.data)) return { what: 'key order', where: 'data' };
  if (isDeepStrictEqual(expected.errors, actual.errors)) return undefined;
  const lacking = without(expected.errors, actual.errors);
  const added = without(actual.errors, expected.errors);
  return { what: 'errors', where: `lacks ${JSON.stringify(lacking)}, has besides ${JSON.stringify(added)}` };
};

export const without = (
  errors: readonly ResponseError[],
  others: readonly ResponseError[],
): readonly ResponseError[] => {
  const rest = others.map((error) => JSON.stringify(error));
  return errors.filter((error) => {
    const at = rest.indexOf(JSON.stringify(error));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
};

/** Where two data are not the same, whatever the order of their keys. */
export const pathsThatDiffer = (expected: unknown, actual: unknown): readonly (readonly string[])[] => {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (!isTree(expected) || !isTree(actual) || Array.isArray(expected) !== Array.isArray(actual)) return [[]];
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) => pathsThatDiffer(expected[key], actual[key]).map((path) => [key, ...path]));
};

export const valueAt = (data: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, step) => (isTree(value) ? value[step] : undefined), data);

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
