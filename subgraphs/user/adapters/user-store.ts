import type { Prisma } from '#prisma/user/client/client.ts';
import type { AccountStore, NotificationStore, SessionStore } from '../usecases/ports.ts';

export const accountStore = (tx: Prisma.TransactionClient): AccountStore => ({
  insert: async ({ user, passwordHash }) => {
    // ON CONFLICT DO NOTHING: a violated constraint would abort the transaction, and a taken address is a result.
    const { count } = await tx.user.createMany({
      data: [{ ...user, roles: [...user.roles], passwordHash }],
      skipDuplicates: true,
    });
    return count === 1;
  },
});

export const sessionStore = (tx: Prisma.TransactionClient): SessionStore => ({
  insert: async (session) => {
    await tx.session.create({ data: session, select: { id: true } });
  },
});

export const notificationStore = (tx: Prisma.TransactionClient): NotificationStore => ({
  insert: async (notification) => {
    await tx.notification.create({ data: notification, select: { id: true } });
  },
});
