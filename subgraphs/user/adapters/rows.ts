/** Rows as the domain knows them. What is in our tables was parsed on its way in, so it is trusted here. */
import type { Email } from '#contracts/email.ts';
import type { OrderId, UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import type { DisplayName } from '../domain/display-name.ts';
import type { Notification } from '../domain/notification.ts';
import type { User } from '../domain/user.ts';

/** Everything but the password's hash. */
export const userColumns = {
  id: true,
  email: true,
  displayName: true,
  roles: true,
  createdAt: true,
} as const satisfies Prisma.UserSelect;

export const toUser = (row: Prisma.UserGetPayload<{ select: typeof userColumns }>): User => ({
  id: row.id as UserId,
  email: row.email as Email,
  displayName: row.displayName as DisplayName,
  roles: row.roles,
  createdAt: row.createdAt,
});

export const toNotification = (row: Prisma.NotificationGetPayload<object>): Notification => ({
  ...row,
  id: row.id as Notification['id'],
  userId: row.userId as UserId,
  orderId: row.orderId as OrderId | null,
});
