import type { PrismaClient } from '../../../prisma/user/client/client.ts';
import type { PasswordHash } from '../domain/user.ts';
import type { Credentials } from '../usecases/ports.ts';
import { toUser, userColumns } from './rows.ts';

export const credentials = (prisma: PrismaClient): Credentials => ({
  account: async (email) => {
    const row = await prisma.user.findUnique({ where: { email }, select: { ...userColumns, passwordHash: true } });
    return row ? { user: toUser(row), passwordHash: row.passwordHash as PasswordHash } : undefined;
  },
  attempts: async (email) =>
    (await prisma.signInAttempts.findUnique({
      where: { email },
      select: { failures: true, lastFailedAt: true },
    })) ?? undefined,
});
