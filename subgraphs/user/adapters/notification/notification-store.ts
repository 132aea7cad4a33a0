import { parseId, type UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import type { Locale } from '../../domain/account/locale.ts';
import { type Addressee, aGuest } from '../../domain/notification/notification.ts';
import type { NotificationStore } from '../../usecases/notification/ports.ts';

const columns = {
  id: true,
  locale: true,
  emailVerifiedAt: true,
  closedAt: true,
  notificationOptOuts: { select: { kind: true, channel: true } },
} as const satisfies Prisma.UserSelect;

const toAddressee = (row: Prisma.UserGetPayload<{ select: typeof columns }>): Addressee => ({
  customerId: row.id as UserId,
  locale: row.locale as Locale,
  isVerified: row.emailVerifiedAt !== null,
  isClosed: row.closedAt !== null,
  optedOut: row.notificationOptOuts,
});

export const notificationStore = (tx: Prisma.TransactionClient, now: Date, shopLanguage: Locale): NotificationStore => {
  /** Until the transaction ends. There is no row to lock: a guest has one only once they have become a user. */
  const holdGuest = (guestId: string) =>
    tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`notifications-of:${guestId}`}, 0))`;

  const addresseeOfUser = async (userId: UserId) =>
    toAddressee(await tx.user.findUniqueOrThrow({ where: { id: userId }, select: columns }));

  return {
    addressee: async (customerId) => {
      const userId = parseId('User', customerId);
      if (userId) return addresseeOfUser(userId);
      await holdGuest(customerId);
      const merged = await tx.guestMerge.findUnique({ where: { guestId: customerId }, select: { userId: true } });
      return merged ? addresseeOfUser(merged.userId as UserId) : aGuest(customerId, shopLanguage);
    },
    addressees: async (customerIds) => {
      const all = [...new Set(customerIds)];
      const userIds = all.flatMap((id) => parseId('User', id) ?? []);
      const guestIds = all.flatMap((id) => parseId('Guest', id) ?? []);
      // Users before guests, as a sign-in locks them, and each in one order: nobody waits for somebody who waits for us.
      await tx.$executeRaw`SELECT FROM user_account WHERE id = ANY (${userIds}) ORDER BY id COLLATE "C" FOR SHARE`;
      await tx.$executeRaw`
        SELECT pg_advisory_xact_lock(hashtextextended('notifications-of:' || id, 0))
          FROM (SELECT unnest(${guestIds}::text[]) AS id ORDER BY 1) AS guest`;
      const merged = await tx.guestMerge.findMany({ where: { guestId: { in: guestIds } } });
      const becameUser = new Set(merged.map(({ guestId }) => guestId));
      const users = await tx.user.findMany({
        where: { id: { in: [...userIds, ...merged.map(({ userId }) => userId)] } },
        select: columns,
      });
      return [
        ...users.map(toAddressee),
        ...guestIds.filter((id) => !becameUser.has(id)).map((id) => aGuest(id, shopLanguage)),
      ];
    },
    insert: async (...notifications) => {
      await tx.notification.createMany({ data: [...notifications] });
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
