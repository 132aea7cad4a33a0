import type { OrderId, UserId } from '#contracts/ids.ts';
import type { Prisma, PrismaClient } from '#prisma/user/client/client.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { NotificationReads } from '../../usecases/notification/ports.ts';

export const notificationReads = (prisma: PrismaClient): NotificationReads => ({
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

const toNotification = (row: Prisma.NotificationGetPayload<object>): Notification => ({
  ...row,
  id: row.id as Notification['id'],
  userId: row.userId as UserId,
  orderId: row.orderId as OrderId | null,
});
