import type { Prisma } from '#prisma/user/client/client.ts';
import type { NotificationStore } from '../../usecases/notification/ports.ts';

export const notificationStore = (tx: Prisma.TransactionClient): NotificationStore => ({
  insert: async (notification) => {
    await tx.notification.create({ data: notification, select: { id: true } });
  },
});
