import { parseId } from '#contracts/ids.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import { assertInput } from '#platform/graphql/inputs.ts';
import type { AuditEntryResolvers, QueryResolvers, UserResolvers } from './types.generated.ts';

export const accessQueries = {
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
