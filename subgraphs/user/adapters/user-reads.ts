import type { Email } from '#contracts/email.ts';
import type { OrderId, UserId } from '#contracts/ids.ts';
import { mayRead } from '#contracts/viewer.ts';
import type { Clock } from '#platform/database/transaction.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { DisplayName } from '../domain/display-name.ts';
import type { Notification } from '../domain/notification.ts';
import type { PasswordHash, User } from '../domain/user.ts';
import type { Credentials, UserReads } from '../usecases/ports.ts';
import { signInHistory } from './sign-in-attempt-store.ts';

export const userReads = (prisma: PrismaClient): UserReads => ({
  users: async (viewer, ids) => {
    const visible = ids.filter((id) => mayRead(viewer, id));
    if (visible.length === 0) return [];
    const rows = await prisma.user.findMany({ where: { id: { in: visible } }, select: userColumns });
    return rows.map(toUser);
  },
  notifications: async (userId, { limit, after }) => {
    const rows = await prisma.notification.findMany({
      where: { userId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      ...(after !== undefined && { cursor: { id: after }, skip: 1 }),
      take: limit + 1,
    });
    return rows.map(toNotification);
  },
});

export const credentials = (prisma: PrismaClient, clock: Clock): Credentials => ({
  account: async (email) => {
    const row = await prisma.user.findUnique({ where: { email }, select: { ...userColumns, passwordHash: true } });
    return row ? { user: toUser(row), passwordHash: row.passwordHash as PasswordHash } : undefined;
  },
  history: (email, address) => signInHistory(prisma, clock, email, address),
});

/** Everything but the password hash. */
const userColumns = {
  id: true,
  email: true,
  displayName: true,
  roles: true,
  createdAt: true,
} as const satisfies Prisma.UserSelect;

/** Rows are trusted: they were parsed on their way in. */
const toUser = (row: Prisma.UserGetPayload<{ select: typeof userColumns }>): User => ({
  id: row.id as UserId,
  email: row.email as Email,
  displayName: row.displayName as DisplayName,
  roles: row.roles,
  createdAt: row.createdAt,
});

const toNotification = (row: Prisma.NotificationGetPayload<object>): Notification => ({
  ...row,
  id: row.id as Notification['id'],
  userId: row.userId as UserId,
  orderId: row.orderId as OrderId | null,
});
