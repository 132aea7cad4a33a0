/**
 * Access decisions are directives on each field of the SDL, enforced here by the subgraph itself: `@public`,
 * `@identified`, `@signedIn`, `@permission(name:)`. Ownership is decided in use cases and reads.
 * Not `@authenticated`/`@requiresScopes`, which a gateway enforces and no subgraph (docs/adr/0003, 0048).
 * Composition carries these into it, so that the gateway can refuse early; it never allows more.
 */

import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DirectiveNode,
  defaultFieldResolver,
  GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  Kind,
} from 'graphql';
import { isPermission, type Permission } from '#contracts/permissions.ts';
import { isStaff, may, type Viewer } from '#contracts/viewer.ts';

export const accessDirectives = ['public', 'identified', 'signedIn', 'permission'] as const;

/**
 * Who may use a field: everybody; everybody but a guest without a session; signed-in users; users and API keys with this
 * permission.
 */
export type Access = Exclude<(typeof accessDirectives)[number], 'permission'> | Permission;

/** What the SDLs link the directives to; the version follows. */
export const accessSpecification = 'https://agora.example/access';

export const isAllowed = (access: Access, viewer: Viewer): boolean => {
  switch (access) {
    case 'public':
      return true;
    case 'identified':
      return viewer.kind !== 'guest' || viewer.session !== undefined;
    case 'signedIn':
      return viewer.kind === 'user';
    default:
      return may(viewer, access);
  }
};

/** What a directive with this name and these arguments decides. Throws for a permission that there is not. */
export const accessOf = (directive: string, { name }: { readonly name?: unknown }): Access | undefined => {
  const known = accessDirectives.find((access) => access === directive);
  if (known !== 'permission') return known;
  if (typeof name !== 'string' || !isPermission(name))
    throw new Error(`@permission(name: ${JSON.stringify(name)}) names no permission of contracts/permissions.ts`);
  return name;
};

interface Decided {
  readonly directives?: readonly DirectiveNode[] | undefined;
}

/** The decision that stands in the SDL beside a field or a type. */
export const accessOn = (node: Decided | null | undefined): Access | undefined =>
  node?.directives
    ?.map(({ name, arguments: given }) => accessOf(name.value, { name: stringOf(given) }))
    .find((access) => access !== undefined);

const stringOf = (given: DirectiveNode['arguments']): string | undefined => {
  const value = given?.find(({ name }) => name.value === 'name')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
};

/** Federation's own fields, which only the gateway can reach. */
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
        access: accessOn(field.astNode) ?? accessOn(type.astNode),
        field,
      })),
    )
    .filter(({ coordinate }) => !federationFields.has(coordinate));

/** Wraps each resolver with its decision. Throws at start-up when a field has none: nothing is public by mistake. */
export const enforceAccess = (schema: GraphQLSchema): GraphQLSchema => {
  for (const { coordinate, access, field } of accessTable(schema)) {
    if (!access) throw new Error(`${coordinate} has no access decision (one of @${accessDirectives.join(', @')})`);
    if (access === 'public') continue;
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (parent, args, context, info) => {
      markPrivate(info);
      if (!isAllowed(access, context.viewer)) throw refusal(context.viewer, coordinate, access);
      return resolve(parent, args, context, info);
    };
  }
  return schema;
};

/** The gateway gives the same error when it refuses early. */
export const refusal = (viewer: Viewer, coordinate: string, access: Access) =>
  viewer.kind === 'guest'
    ? new GraphQLError(`Sign in${access === 'identified' ? ' or start a guest session' : ''} to use ${coordinate}.`, {
        extensions: { code: 'UNAUTHENTICATED' },
      })
    : new GraphQLError(`You may not use ${coordinate}.`, { extensions: { code: 'FORBIDDEN' } });

interface CacheHinted {
  readonly cacheControl?: { readonly cacheHint: { restrict(hint: { scope: 'PRIVATE' }): void } };
}

/** Marks the answer as private: the field depends on the viewer. (`cache-control` itself is Apollo Server's, from `@cacheControl`.) */
export const markPrivate = (info: GraphQLResolveInfo): void =>
  (info as CacheHinted).cacheControl?.cacheHint.restrict({ scope: 'PRIVATE' });

/** Staff may see more in public fields (drafts, say), so answers to them are never shared. */
export const staffAnswersArePrivate: ApolloServerPlugin<{ viewer: Viewer }> = {
  requestDidStart: async ({ contextValue, overallCachePolicy }) => {
    if (isStaff(contextValue.viewer)) overallCachePolicy.restrict({ scope: 'PRIVATE', maxAge: 0 });
  },
};
