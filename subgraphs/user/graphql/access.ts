import { type ApiKeyId, parseId, type UserId } from '#contracts/ids.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import { assertInput, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type { App } from '../usecases/app.ts';
import type { GraphqlContext } from './loaders.ts';
import type { AuditEntryResolvers, MutationResolvers, QueryResolvers, UserResolvers } from './types.generated.ts';

export const accessQueries = {
  roles: (_, __, { app }) => app.reads.roles(),

  apiKeys: (_, page, { app }) => connectionById('ApiKey', page, (slice) => app.reads.apiKeys(slice)),

  auditLog: (_, { actor, subject, customer, ...page }, { app }) => {
    const customerId = customer == null ? undefined : (parseId('User', customer) ?? parseId('Guest', customer));
    assertInput(customer == null || customerId !== undefined, '"customer" is not the ID of a user or guest.');
    const filter = { actorId: storable(actor), subjectId: storable(subject), customerId };
    return connectionById('AuditEntry', page, (slice) => app.reads.auditLog(filter, slice));
  },
} satisfies QueryResolvers;

/** There are subjects of all services, so any id may be one; but text that PostgreSQL cannot hold is not. */
const storable = (id: string | null | undefined): string | undefined => {
  assertInput(id == null || /^[\w:.,-]{1,100}$/.test(id), 'An ID has 1 to 100 letters, digits and underscores.');
  return id ?? undefined;
};

export const accessMutations = {
  grantRole: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.grantRole(roleOfUser(context, idempotencyKey, input));
    return payload(result, async (id) => ({ __typename: 'GrantRoleSuccess', user: await userAfter(context, id) }));
  },

  revokeRole: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.revokeRole(roleOfUser(context, idempotencyKey, input));
    return payload(result, async (id) => ({ __typename: 'RevokeRoleSuccess', user: await userAfter(context, id) }));
  },

  saveRole: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.saveRole({ by, idempotencyKey: idempotencyKey ?? undefined, ...input });
    return payload(result, (role) => ({ __typename: 'SaveRoleSuccess', role }));
  },

  removeRole: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const result = await app.commands.removeRole({ by, idempotencyKey: idempotencyKey ?? undefined, ...input });
    return payload(result, (name) => ({ __typename: 'RemoveRoleSuccess', name }));
  },

  createApiKey: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const { expiresAt = null, ...rest } = input;
    const command = { by, idempotencyKey: idempotencyKey ?? undefined, expiresAt, ...rest };
    return payload(await app.commands.createApiKey(command), async ({ id, key }) => ({
      ...{ __typename: 'CreateApiKeySuccess', key },
      apiKey: await apiKeyAfter(app, id),
    }));
  },

  revokeApiKey: async (_, { idempotencyKey, input }, { app, viewer: by }) => {
    const id = requireId('ApiKey', input.id);
    const result = await app.commands.revokeApiKey({ by, id, idempotencyKey: idempotencyKey ?? undefined });
    return payload(result, async () => ({ __typename: 'RevokeApiKeySuccess', apiKey: await apiKeyAfter(app, id) }));
  },
} satisfies MutationResolvers;

const apiKeyAfter = async ({ reads }: App, id: ApiKeyId) => {
  const key = await reads.apiKey(id);
  if (!key) throw new Error(`${id} is gone, and no key is ever deleted`);
  return key;
};

const roleOfUser = (
  { viewer: by }: GraphqlContext,
  idempotencyKey: string | null | undefined,
  { userId, role }: { readonly userId: string; readonly role: string },
) => ({ by, userId: requireId('User', userId), role, idempotencyKey: idempotencyKey ?? undefined });

/** Null for a viewer who may give roles, but not read users. */
const userAfter = ({ loaders }: GraphqlContext, id: UserId) => {
  loaders.rolesOf.clear(id);
  return loaders.users.load(id);
};

export const userAccess = {
  roles: ({ id }, _, { loaders }) => loaders.rolesOf.load(id),
} satisfies UserResolvers;

export const auditEntry = {
  actor: ({ actorId }, _, { loaders }) => {
    const userId = parseId('User', actorId);
    return userId ? loaders.users.load(userId) : null;
  },
  details: ({ details }) => Object.entries(details).map(([name, value]) => ({ name, value })),
} satisfies AuditEntryResolvers;
