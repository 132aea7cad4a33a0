/**
 * Access decisions stand in the SDL beside each field and are enforced here, by the subgraph itself:
 * `@public`, `@signedIn`, `@staff`, `@admin`. Who owns what is decided in use cases and reads.
 * Own directives and not `@authenticated`/`@requiresScopes`: @apollo/gateway refuses to load a supergraph that has those
 * (docs/adr/0003). Composition carries these into it, so that the gateway can refuse early; it never allows more.
 */

import type { ApolloServerPlugin } from '@apollo/server';
import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { hasRole, type Viewer } from '#contracts/viewer.ts';

export const accessDirectives = ['public', 'signedIn', 'staff', 'admin'] as const;
export type Access = (typeof accessDirectives)[number];

/** What the SDLs link the directives to; the version follows. */
export const accessSpecification = 'https://agora.example/access';

export const isAllowed: Record<Access, (viewer: Viewer) => boolean> = {
  public: () => true,
  signedIn: (viewer) => viewer.kind === 'user',
  staff: (viewer) => hasRole(viewer, 'STAFF'),
  admin: (viewer) => hasRole(viewer, 'ADMIN'),
};

interface Decided {
  readonly astNode?:
    | { readonly directives?: readonly { readonly name: { readonly value: string } }[] }
    | null
    | undefined;
}

const decisionOn = ({ astNode }: Decided): Access | undefined =>
  accessDirectives.find((access) => astNode?.directives?.some(({ name }) => name.value === access));

/** The machinery of federation itself, which no client can reach: the gateway asks it, signed. */
const federationFields = new Set(['Query._service', 'Query._entities', '_Service.sdl']);

export interface FieldAccess {
  /** `Type.field` */
  readonly coordinate: string;
  readonly access: Access | undefined;
  readonly field: GraphQLField<unknown, { viewer: Viewer }>;
}

/** Every field of the schema's object types with its decision: the field's own, else its type's. */
export const accessTable = (schema: GraphQLSchema): FieldAccess[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values((isObjectType(type) && type.getFields()) || {}).map((field) => ({
        coordinate: `${type.name}.${field.name}`,
        access: decisionOn(field) ?? decisionOn(type),
        field,
      })),
    )
    .filter(({ coordinate }) => !federationFields.has(coordinate));

/** Puts each decision in front of its resolver. Throws at start-up when a field has none: nothing is open by mistake. */
export const enforceAccess = (schema: GraphQLSchema): GraphQLSchema => {
  for (const { coordinate, access, field } of accessTable(schema)) {
    if (!access) throw new Error(`${coordinate} has no access decision (one of @${accessDirectives.join(', @')})`);
    if (access === 'public') continue;
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (parent, args, context, info) => {
      markPrivate(info);
      if (!isAllowed[access](context.viewer)) throw refusal(context.viewer, coordinate);
      return resolve(parent, args, context, info);
    };
  }
  return schema;
};

/** What a viewer is told who may not; the gateway tells the same when it refuses early. */
export const refusal = (viewer: Viewer, coordinate: string) =>
  viewer.kind === 'guest'
    ? new GraphQLError(`Sign in to use ${coordinate}.`, { extensions: { code: 'UNAUTHENTICATED' } })
    : new GraphQLError(`You may not use ${coordinate}.`, { extensions: { code: 'FORBIDDEN' } });

/**
 * `@cacheControl` in an SDL says how long an answer may be kept for everybody; without it, not at all. Apollo Server works
 * out the whole answer's from it and sends `cache-control`, which the gateway's caches go by. Here is what only we know:
 * what in an answer depends on who asks.
 */

interface CacheHinted {
  readonly cacheControl?: { readonly cacheHint: { restrict(hint: { scope: 'PRIVATE' }): void } };
}

/** The field at hand is not for everybody, and so is no answer that has it. */
export const markPrivate = (info: GraphQLResolveInfo): void =>
  (info as CacheHinted).cacheControl?.cacheHint.restrict({ scope: 'PRIVATE' });

/** Staff may be shown more in fields that are public (drafts, say): an answer to them is for nobody else. */
export const staffAnswersArePrivate: ApolloServerPlugin<{ viewer: Viewer }> = {
  requestDidStart: async ({ contextValue, overallCachePolicy }) => {
    if (hasRole(contextValue.viewer, 'STAFF')) overallCachePolicy.restrict({ scope: 'PRIVATE', maxAge: 0 });
  },
};
