import type { CustomerId, OrderId, ProductId } from '#contracts/ids.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { NotificationReads } from '../../usecases/notification/ports.ts';

export const notificationReads = (prisma: PrismaClient): NotificationReads => ({
  notifications: async (customerId, { limit, after }) => {
    const rows = await prisma.notification.findMany({
      where: { customerId, isHidden: false },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      ...(after !== undefined && { cursor: { id: after }, skip: 1 }),
      take: limit + 1,
    });
    return rows.map(toNotification);
  },
  unreadNotifications: (customerId) =>
    prisma.notification.count({ where: { customerId, isHidden: false, readAt: null } }),
  optedOut: (userId) =>
    prisma.notificationOptOut.findMany({ where: { userId }, select: { kind: true, channel: true } }),
});

const toNotification = (row: Prisma.NotificationGetPayload<object>): Notification => ({
  ...row,
  id: row.id as Notification['id'],
  customerId: row.customerId as CustomerId,
  orderId: row.orderId as OrderId | null,
  productId: row.productId as ProductId | null,
});
