import type { Prisma } from '#prisma/user/client/client.ts';
import type { SessionStore } from '../../usecases/session/ports.ts';

export const sessionStore = (tx: Prisma.TransactionClient): SessionStore => ({
  insert: async (session) => {
    await tx.session.create({ data: session, select: { id: true } });
  },
});
