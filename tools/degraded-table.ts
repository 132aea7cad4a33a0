/**
 * What each published operation still answers while one subgraph is down. Nothing is written by hand: the gateway's own
 * executor plans and runs each operation over fake subgraphs, one of which is down.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  getOperationAST,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  parse,
  typeFromAST,
} from 'graphql';
import { pino } from 'pino';
import { z } from 'zod';
import { guest } from '#contracts/viewer.ts';
import { federation, fixedGateway } from '#gateway/graphql/federation.ts';
import type { RequestContext } from '#gateway/identity/request-context.ts';
import { planCache } from '#gateway/schema/query-plans.ts';
import { subgraphError } from '#gateway/upstream/subgraph-call.ts';
import type { SubgraphAnswer, SubgraphRequest } from '#gateway/upstream/subgraph-client.ts';
import { composeSupergraph, type SubgraphSource } from './compose/composition.ts';

export interface PublishedOperation {
  readonly client: string;
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

/** One cell: an operation while a subgraph is down. */
export interface Degradation {
  readonly operation: PublishedOperation;
  readonly subgraph: string;
  /** Topmost paths that are null then, in the order of the operation. */
  readonly missing: readonly string[];
  /** The paths that errors name, in the same form. */
  readonly reported: readonly string[];
  /** Nothing is left. */
  readonly isNothing: boolean;
}

const Manifest = z.object({
  operations: z.array(
    z
      .object({ clientName: z.string(), name: z.string(), type: z.string(), body: z.string() })
      .transform(({ clientName: client, ...operation }) => ({ client, ...operation })),
  ),
});

/** Every operation of `operations/` but subscriptions: those send what a query with their selection would give. */
export const publishedOperations = (): readonly PublishedOperation[] => {
  const manifest = readFileSync(path.join(import.meta.dirname, '../operations/manifest.json'), 'utf8');
  return Manifest.parse(JSON.parse(manifest)).operations.filter(({ type }) => type !== 'subscription');
};

export const degradedTable = async (
  sources: readonly SubgraphSource[],
  operations: readonly PublishedOperation[],
): Promise<readonly Degradation[]> => {
  const graph = await fakeGraph(sources);
  const table: Degradation[] = [];
  for (const operation of operations) {
    const { data: whole } = await graph.answer(operation, undefined);
    for (const { name: subgraph } of sources) {
      const { data: degraded, errors } = await graph.answer(operation, subgraph);
      const roots = Object.keys(whole ?? {});
      const isNothing = roots.every((root) => degraded?.[root] === null || degraded?.[root] === undefined);
      const reported = reportedPaths(errors);
      table.push({ operation, subgraph, missing: missingPaths(whole, degraded), reported, isNothing });
    }
  }
  await graph.close();
  return table;
};

const fakeGraph = async (sources: readonly SubgraphSource[]) => {
  const composed = composeSupergraph(sources);
  if ('errors' in composed) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  let down: string | undefined;
  const answers = new Map(sources.map(({ name, sdl }) => [name, fakeSubgraph(sdl)]));
  const loaded = await federation({
    supergraph: composed.supergraph,
    plans: planCache(() => undefined).store,
    log: pino({ level: 'silent' }),
    clientOf: (name) => ({
      call: async (request) => {
        const answer = answers.get(name);
        if (!answer || name === down) return { errors: [subgraphError(name, 'SUBGRAPH_UNAVAILABLE')] };
        return answer(request);
      },
    }),
  }).load();
  const gateway = fixedGateway(loaded, composed.supergraph);
  const server = new ApolloServer<RequestContext>({ gateway, stopOnTerminationSignals: false });
  await server.start();

  const answer = async ({ body, name }: PublishedOperation, without: string | undefined) => {
    down = without;
    const variables = sampleVariables(loaded.schema, body, name);
    const { body: answered } = await server.executeOperation(
      { query: body, operationName: name, variables },
      { contextValue: { viewer: guest, subgraphHeaders: {} } },
    );
    if (answered.kind !== 'single') throw new Error(`${name} was answered incrementally`);
    const { data, errors } = answered.singleResult;
    if (errors && !without) throw new Error(`${name} is not whole with all subgraphs up: ${errors[0]?.message}`);
    return { data, errors };
  };
  return { answer, close: () => server.stop() };
};

const sampleVariables = (schema: GraphQLSchema | undefined, body: string, name: string): Record<string, unknown> => {
  const definitions = getOperationAST(parse(body), name)?.variableDefinitions ?? [];
  return Object.fromEntries(
    definitions.map(({ variable, type }) => {
      const inputType = schema && typeFromAST(schema, type as Parameters<typeof typeFromAST>[1]);
      if (!isInputType(inputType)) throw new Error(`$${variable.name.value} of ${name} has no input type`);
      return [variable.name.value, sampleInput(inputType)];
    }),
  );
};

/** Knows only its SDL, and answers every query completely, with one of everything. */
const fakeSubgraph = (sdl: string): ((request: SubgraphRequest) => Promise<SubgraphAnswer>) => {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl) }]);
  return async ({ query, variables }) => {
    const { data, errors } = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      fieldResolver: oneOfEverything,
      typeResolver: successType,
    });
    if (errors) throw new Error(`the fake subgraph cannot answer ${query}: ${errors[0]?.message}`);
    return { data: data ?? null };
  };
};

/** A value for a required variable; fake subgraphs ignore it. */
const sampleInput = (type: GraphQLInputType): unknown => {
  if (isNonNullType(type)) return sampleInput(type.ofType);
  if (isListType(type)) return [sampleInput(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return sampleScalars[type.name] ?? 'sample';
  const required = Object.values(type.getFields()).filter(({ type: of }) => isNonNullType(of));
  return Object.fromEntries(required.map((field) => [field.name, sampleInput(field.type)]));
};

const oneOfEverything: GraphQLFieldResolver<unknown, unknown> = (parent, _, __, { fieldName, returnType }) =>
  (parent as Record<string, unknown> | undefined)?.[fieldName] ?? sample(returnType);

const sample = (type: GraphQLOutputType): unknown => {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return [sample(type.ofType)];
  if (isCompositeType(type)) return {};
  return isEnumType(type) ? type.getValues()[0]?.value : (sampleScalars[type.name] ?? 'sample');
};

const sampleScalars: Record<string, unknown> = { Int: 1, Float: 1.5, Boolean: true };

// The success of a mutation, because it has the most fields.
const successType: GraphQLTypeResolver<unknown, unknown> = (_, __, { schema }, abstractType) =>
  goodCase(schema.getPossibleTypes(abstractType).map(({ name }) => name));

const goodCase = (names: readonly string[]): string | undefined =>
  names.find((name) => name.endsWith('Success')) ?? names[0];

/**
 * The paths of what is there in `whole` and null in `degraded`: the topmost of each, without the places in lists, each
 * once. An answer that is null as a whole has the path ''.
 */
export const missingPaths = (whole: unknown, degraded: unknown): readonly string[] => [
  ...new Set(missing(whole, degraded, '')),
];

const missing = (whole: unknown, degraded: unknown, path: string): string[] => {
  if (whole === null || whole === undefined) return [];
  if (degraded === null || degraded === undefined) return [path];
  if (Array.isArray(whole) && Array.isArray(degraded)) {
    return whole.flatMap((item, index) => (index < degraded.length ? missing(item, degraded[index], path) : []));
  }
  if (typeof whole !== 'object' || typeof degraded !== 'object') return [];
  return Object.entries(whole).flatMap(([name, value]) =>
    missing(value, (degraded as Record<string, unknown>)[name], path ? `${path}.${name}` : name),
  );
};

/** The paths that errors name, in the same form; one without a path has none. */
export const reportedPaths = (
  errors: readonly { readonly path?: readonly (string | number)[] }[] = [],
): readonly string[] => [
  ...new Set(errors.flatMap(({ path }) => path?.filter((step) => typeof step === 'string').join('.') ?? [])),
];

/** All paths in `data`, in the same form: those that a comparison covers. */
export const presentPaths = (data: unknown, path = ''): readonly string[] => {
  if (data === null || data === undefined) return [];
  if (Array.isArray(data)) return [...new Set(data.flatMap((item) => presentPaths(item, path)))];
  if (typeof data !== 'object') return [path];
  return [
    path,
    ...Object.entries(data).flatMap(([name, value]) => presentPaths(value, path ? `${path}.${name}` : name)),
  ];
};
