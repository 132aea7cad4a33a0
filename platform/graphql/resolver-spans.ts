/** One span per root resolver of a subgraph: per query, per mutation, and per list of entities that the gateway asks for. */
import { defaultFieldResolver, type GraphQLField, type GraphQLSchema } from 'graphql';
import { inSpan } from '../observability/tracing.ts';

/** Not fields below them: a list of a hundred with ten fields each would be a thousand spans that say nothing. */
export const traceResolvers = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) trace(`${type?.name}.${field.name}`, field);
  }
  return schema;
};

const trace = (coordinate: string, field: GraphQLField<unknown, unknown>): void => {
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (parent, args, context, info) =>
    inSpan(coordinate, { attributes: entities(args) }, () => resolve(parent, args, context, info));
};

/** Of `Query._entities`: how many of which types. */
const entities = ({ representations }: { representations?: unknown }) => {
  if (!Array.isArray(representations)) return {};
  const types = [...new Set(representations.map((one) => String((one as { __typename?: unknown }).__typename)))];
  return { 'agora.entities.types': types, 'agora.entities.count': representations.length };
};
