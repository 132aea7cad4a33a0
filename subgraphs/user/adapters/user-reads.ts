import { mayRead } from '#contracts/viewer.ts';
import type { PrismaClient } from '#prisma/user/client/client.ts';
import type { UserReads } from '../usecases/ports.ts';
import { toNotification, toUser, userColumns } from './rows.ts';

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
