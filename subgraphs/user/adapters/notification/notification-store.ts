import { parseId, type UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import type { Locale } from '../../domain/account/locale.ts';
import { aGuest } from '../../domain/notification/notification.ts';
import type { NotificationStore } from '../../usecases/notification/ports.ts';

export const notificationStore = (tx: Prisma.TransactionClient, now: Date): NotificationStore => {
  /** Until the transaction ends. There is no row to lock: a guest has one only once they have become a user. */
  const holdGuest = (guestId: string) =>
    tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`notifications-of:${guestId}`}, 0))`;

  const addresseeOfUser = async (userId: UserId) => {
    const {
      locale,
      emailVerifiedAt,
      closedAt,
      notificationOptOuts: optedOut,
    } = await tx.user.findUniqueOrThrow({
      where: { id: userId },
      select: {
        locale: true,
        emailVerifiedAt: true,
        closedAt: true,
        notificationOptOuts: { select: { kind: true, channel: true } },
      },
    });
    return {
      customerId: userId,
      locale: locale as Locale,
      isVerified: emailVerifiedAt !== null,
      isClosed: closedAt !== null,
      optedOut,
    };
  };

  return {
    addressee: async (customerId) => {
      const userId = parseId('User', customerId);
      if (userId) return addresseeOfUser(userId);
      await holdGuest(customerId);
      const merged = await tx.guestMerge.findUnique({ where: { guestId: customerId }, select: { userId: true } });
      return merged ? addresseeOfUser(merged.userId as UserId) : aGuest(customerId);
    },
    insert: async (notification) => {
      await tx.notification.create({ data: notification, select: { id: true } });
    },
    merge: async (guestId, userId) => {
      await holdGuest(guestId);
      await tx.notification.updateMany({ where: { customerId: guestId }, data: { customerId: userId } });
    },
    markRead: async (customerId, ids) => {
      await tx.notification.updateMany({
        where: { customerId, readAt: null, ...(ids && { id: { in: [...ids] } }) },
        data: { readAt: now },
      });
    },
    setPreferences: async (userId, preferences) => {
      const [on, off] = [preferences.filter((it) => it.isEnabled), preferences.filter((it) => !it.isEnabled)];
      const named = ({ kind, channel }: (typeof preferences)[number]) => ({ userId, kind, channel });
      if (on.length > 0) await tx.notificationOptOut.deleteMany({ where: { OR: on.map(named) } });
      if (off.length > 0) await tx.notificationOptOut.createMany({ data: off.map(named), skipDuplicates: true });
    },
  };
};
