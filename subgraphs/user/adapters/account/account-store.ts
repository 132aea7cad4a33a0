import type { Prisma } from '#prisma/user/client/client.ts';
import type { AccountStore } from '../../usecases/account/ports.ts';

export const accountStore = (tx: Prisma.TransactionClient): AccountStore => ({
  insert: async ({ user, passwordHash }) => {
    // ON CONFLICT DO NOTHING: a violated constraint would abort the transaction, and a taken address is a result.
    const { count } = await tx.user.createMany({
      data: [{ ...user, passwordHash }],
      skipDuplicates: true,
    });
    return count === 1;
  },
});
