/** A subgraph that knows nothing but its SDL: asked for anything, it gives a whole answer with one of everything. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLTypeResolver,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parse,
} from 'graphql';
import type { SubgraphAnswer, SubgraphRequest } from '#gateway/upstream/subgraph-client.ts';

export const fakeSubgraph = (sdl: string): ((request: SubgraphRequest) => Promise<SubgraphAnswer>) => {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl) }]);
  return async ({ query, variables }) => {
    const { data, errors } = await execute({
      schema,
      document: parse(query),
      variableValues: variables,
      fieldResolver: oneOfEverything,
      typeResolver: theGoodCase,
    });
    if (errors) throw new Error(`the stand-in cannot answer ${query}: ${errors[0]?.message}`);
    return { data: data ?? null };
  };
};

/** A value for a variable that must have one. What it is does not matter: the stand-ins do not read it. */
export const sampleInput = (type: GraphQLInputType): unknown => {
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

// Of a mutation's outcomes the success: it is the one with the most in it.
const theGoodCase: GraphQLTypeResolver<unknown, unknown> = (_, __, { schema }, abstractType) =>
  goodCase(schema.getPossibleTypes(abstractType).map(({ name }) => name));

const goodCase = (names: readonly string[]): string | undefined =>
  names.find((name) => name.endsWith('Success')) ?? names[0];
