import type { Prisma } from '#prisma/user/client/client.ts';
import type { AccountStore } from '../usecases/ports.ts';

export const accountStore = (tx: Prisma.TransactionClient): AccountStore => ({
  insert: async ({ user, passwordHash }) => {
    // ON CONFLICT DO NOTHING: a violated constraint would end the transaction, and a taken address is an answer.
    const { count } = await tx.user.createMany({
      data: [{ ...user, roles: [...user.roles], passwordHash }],
      skipDuplicates: true,
    });
    return count === 1;
  },
});
