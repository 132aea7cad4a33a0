import type { Clock } from '#platform/database/transaction.ts';
import type { PrismaClient } from '#prisma/user/client/client.ts';
import type { PasswordHash } from '../domain/user.ts';
import type { Credentials } from '../usecases/ports.ts';
import { toUser, userColumns } from './rows.ts';
import { signInHistory } from './sign-in-attempt-store.ts';

export const credentials = (prisma: PrismaClient, clock: Clock): Credentials => ({
  account: async (email) => {
    const row = await prisma.user.findUnique({ where: { email }, select: { ...userColumns, passwordHash: true } });
    return row ? { user: toUser(row), passwordHash: row.passwordHash as PasswordHash } : undefined;
  },
  history: (email, address) => signInHistory(prisma, clock, email, address),
});
