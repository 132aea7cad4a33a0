/** A subgraph's executable schema: its SDL and resolvers, with access decisions enforced and root resolvers traced. */
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLField,
  GraphQLScalarType,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql';
import { inSpan } from '../observability/tracing.ts';
import { enforceAccess } from './access.ts';

/** `resolvers` may be any codegen-typed map; of the scalars that the SDL names, `DateTime` is provided. */
export const subgraphSchema = (sdlFile: string | URL, resolvers: object): GraphQLSchema =>
  traceResolvers(
    enforceAccess(
      buildSubgraphSchema([
        {
          typeDefs: parse(readFileSync(sdlFile, 'utf8')),
          resolvers: { DateTime, ...resolvers } as GraphQLResolverMap<unknown>,
        },
      ]),
    ),
  );

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** `Date` turns 31 February into 3 March; here it is refused. */
const parseDateTime = (value: unknown): Date => {
  const [text, year, month, day] = (typeof value === 'string' && rfc3339.exec(value)) || [];
  const date = new Date(text?.toUpperCase() ?? Number.NaN);
  const hasDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  if (Number.isNaN(date.getTime()) || !hasDay)
    throw new GraphQLError('DateTime must be an RFC 3339 instant such as 2026-01-31T12:00:00Z', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  return date;
};

/** An RFC 3339 instant in UTC, `Date` inside. */
const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value : parseDateTime(value)).toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

/**
 * One span per root resolver: per query, mutation and list of entities. Not per field below: a hundred entities of ten
 * fields each would be a thousand spans that say nothing.
 */
const traceResolvers = (schema: GraphQLSchema): GraphQLSchema => {
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

/** Scalars are listed among the resolvers, too, and need none. */
type Fields<T> = T extends { readonly serialize: unknown } ? never : Exclude<keyof T, `__${string}`>;
/** An optional property may be missing, and the field would silently be null. */
type Certain<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
/** `Query` and `Mutation` have an index signature and no properties. */
type Held<Parent> = string extends keyof Parent ? never : Certain<Parent>;
type Unanswered<All, Parent, Given> = Exclude<Fields<All>, Held<Parent> | Certain<Given>>;

type At<T, K> = K extends keyof T ? NonNullable<T[K]> : object;

/** The compiler's words: `Property 'rating' is missing in type … but required in type 'Record<"rating", unknown>'`. */
type Missing<All, Parents, Given> = {
  [T in keyof All as Unanswered<At<All, T>, At<Parents, T>, At<Given, T>> extends never ? never : T]-?: Record<
    Unanswered<At<All, T>, At<Parents, T>, At<Given, T>>,
    unknown
  >;
};

/**
 * The resolvers of a subgraph. Compiles only when each field of the SDL has a resolver or is a property of its parent.
 * `All` and `Parents` are the generated `Resolvers` and `ResolversParentTypes`. Maps of resolvers use `satisfies`: one
 * declared as `OrderResolvers` would not say which of them it has.
 */
export const completeResolvers =
  <All extends object, Parents>() =>
  <Given extends All>(resolvers: Given & Missing<All, Parents, Given>): Given =>
    resolvers;
