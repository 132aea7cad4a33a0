import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import { mayRead } from '#contracts/viewer.ts';
import type { Clock } from '#platform/database/transaction.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { DisplayName } from '../../domain/account/display-name.ts';
import type { Locale } from '../../domain/account/locale.ts';
import type { Account, PasswordHash, User } from '../../domain/account/user.ts';
import type { AccountReads } from '../../usecases/account/ports.ts';
import type { Credentials } from '../../usecases/session/ports.ts';
import { signInHistory } from '../session/sign-in-attempt-store.ts';

export const accountReads = (prisma: PrismaClient): AccountReads => ({
  users: async (viewer, ids) => {
    const visible = ids.filter((id) => mayRead(viewer, id, 'users:read'));
    if (visible.length === 0) return [];
    const rows = await prisma.user.findMany({ where: { id: { in: visible } }, select: userColumns });
    return rows.map(toUser);
  },
});

export const credentials = (prisma: PrismaClient, clock: Clock): Credentials => ({
  account: async (email) => {
    const row = await prisma.user.findUnique({ where: { email }, select: accountColumns });
    return row ? toAccount(row) : undefined;
  },
  owner: async (id) => {
    const row = await prisma.user.findUnique({ where: { id, closedAt: null }, select: userColumns });
    return row ? toUser(row) : undefined;
  },
  history: (email, address) => signInHistory(prisma, clock, email, address),
});

/** Everything but the password hash. */
export const userColumns = {
  id: true,
  email: true,
  displayName: true,
  locale: true,
  emailVerifiedAt: true,
  createdAt: true,
} as const satisfies Prisma.UserSelect;

export const accountColumns = {
  ...userColumns,
  passwordHash: true,
  openedAt: true,
} as const satisfies Prisma.UserSelect;

/** Rows are trusted: they were parsed on their way in. */
export const toUser = (row: Prisma.UserGetPayload<{ select: typeof userColumns }>): User => ({
  id: row.id as UserId,
  email: row.email as Email,
  displayName: row.displayName as DisplayName,
  locale: row.locale as Locale,
  emailVerifiedAt: row.emailVerifiedAt,
  createdAt: row.createdAt,
});

export const toAccount = (row: Prisma.UserGetPayload<{ select: typeof accountColumns }>): Account => ({
  user: toUser(row),
  passwordHash: row.passwordHash as PasswordHash | null,
  openedAt: row.openedAt,
});
