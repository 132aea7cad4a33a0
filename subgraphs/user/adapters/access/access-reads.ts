import type { AuditEntryId, CustomerId } from '#contracts/ids.ts';
import type { StaffActorId } from '#contracts/messages/staff.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { AuditEntry } from '../../domain/access/audit-entry.ts';
import { customer, roleOfRow } from '../../domain/access/role.ts';
import type { AccessReads } from '../../usecases/access/ports.ts';
import { apiKeyColumns, toApiKey } from './api-key-store.ts';
import { rolesOf } from './role-store.ts';

export const accessReads = (prisma: PrismaClient): AccessReads => ({
  roles: async () => {
    const rows = await prisma.role.findMany({
      select: { name: true, permissions: true },
      orderBy: [{ isBuiltIn: 'desc' }, { name: 'asc' }],
    });
    return [customer, ...rows.map(roleOfRow)];
  },

  staff: () => prisma.$queryRaw`
    SELECT user_account.email, array_agg(user_role.role_name ORDER BY user_role.role_name) AS roles
      FROM user_role JOIN user_account ON user_account.id = user_role.user_id
     GROUP BY user_account.email ORDER BY user_account.email`,

  rolesOf: (userIds) => rolesOf(prisma, userIds),

  apiKey: async (id) => {
    const row = await prisma.apiKey.findUnique({ where: { id }, select: apiKeyColumns });
    return row ? toApiKey(row) : undefined;
  },

  apiKeys: async ({ limit, after }) => {
    const rows = await prisma.apiKey.findMany({
      where: after === undefined ? {} : { id: { lt: after } },
      select: apiKeyColumns,
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    return rows.map(toApiKey);
  },

  auditLog: async ({ actorId, subjectId, customerId }, { limit, after }) => {
    const rows = await prisma.auditEntry.findMany({
      where: {
        ...(actorId !== undefined && { actorId }),
        ...(subjectId !== undefined && { subjectId }),
        ...(customerId !== undefined && { customerId }),
        ...(after !== undefined && { id: { lt: after } }),
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    return rows.map(toAuditEntry);
  },
});

/** Rows are trusted: they were parsed on their way in. */
const toAuditEntry = (row: Prisma.AuditEntryGetPayload<object>): AuditEntry => ({
  ...row,
  id: row.id as AuditEntryId,
  actorId: row.actorId as StaffActorId,
  customerId: row.customerId as CustomerId | null,
  details: row.details as AuditEntry['details'],
});
