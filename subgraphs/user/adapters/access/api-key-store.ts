import type { ApiKeyId } from '#contracts/ids.ts';
import type { StaffActorId } from '#contracts/messages/staff.ts';
import { isPermission } from '#contracts/permissions.ts';
import { type Clock, databaseTime } from '#platform/database/transaction.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { ApiKey } from '../../domain/access/api-key.ts';
import type { DisplayName } from '../../domain/account/display-name.ts';
import type { ApiKeyStore, ApiKeyVerification } from '../../usecases/access/ports.ts';

export const apiKeyStore = (tx: Prisma.TransactionClient, now: Date): ApiKeyStore => ({
  insert: async ({ permissions, ...key }, hash) => {
    const data = { ...key, hash, permissions: [...permissions], createdAt: now };
    await tx.apiKey.create({ data, select: { id: true } });
  },
  find: async (id) => {
    const row = await tx.apiKey.findUnique({ where: { id }, select: apiKeyColumns });
    return row ? toApiKey(row) : undefined;
  },
  countActive: () =>
    tx.apiKey.count({ where: { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] } }),
  revoke: async (id) => {
    await tx.apiKey.update({ where: { id }, data: { revokedAt: now }, select: { id: true } });
  },
});

export const apiKeyVerification = (prisma: PrismaClient, clock: Clock): ApiKeyVerification => ({
  byHash: async (hash) => {
    const row = await prisma.apiKey.findUnique({ where: { hash }, select: apiKeyColumns });
    return row ? { key: toApiKey(row), now: clock(await databaseTime(prisma)) } : undefined;
  },
  noticeUse: async (id, now) => {
    await prisma.apiKey.updateMany({
      where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: now } }] },
      data: { lastUsedAt: now },
    });
  },
});

/** Everything but the hash. */
export const apiKeyColumns = {
  id: true,
  name: true,
  permissions: true,
  createdBy: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const satisfies Prisma.ApiKeySelect;

/** Rows are trusted: they were parsed on their way in. A permission of another release is ignored. */
export const toApiKey = (row: Prisma.ApiKeyGetPayload<{ select: typeof apiKeyColumns }>): ApiKey => ({
  ...row,
  id: row.id as ApiKeyId,
  name: row.name as DisplayName,
  permissions: row.permissions.filter(isPermission),
  createdBy: row.createdBy as StaffActorId,
});
