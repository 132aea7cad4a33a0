import type { Clock } from '#platform/database/transaction.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import type { AccountStore } from '../../usecases/account/ports.ts';
import { accountColumns, toAccount } from './account-reads.ts';

export const accountStore = (tx: Prisma.TransactionClient, clock: Clock): AccountStore => ({
  insert: async ({ user, ...account }) => {
    // ON CONFLICT DO NOTHING: a violated constraint would abort the transaction, and a taken address is a result.
    const { count } = await tx.user.createMany({ data: [{ ...user, ...account }], skipDuplicates: true });
    return count === 1;
  },
  lock: async (by) => {
    // NO KEY: rows that refer to it (a notification, say) need not wait.
    // An aggregate, because the time is then taken after the lock.
    const [column, value] = 'id' in by ? ['id', by.id] : ['email', by.email];
    const [locked] = await tx.$queryRawUnsafe<{ id: string | null; now: Date }[]>(
      `SELECT max(id) AS id, clock_timestamp() AS now
         FROM (SELECT id FROM user_account WHERE ${column} = $1 AND closed_at IS NULL FOR NO KEY UPDATE) AS locked`,
      value,
    );
    if (!locked?.id) return undefined;
    const row = await tx.user.findUniqueOrThrow({ where: { id: locked.id }, select: accountColumns });
    return { ...toAccount(row), lockedAt: clock(locked.now) };
  },
  update: async (id, changes) => {
    await tx.user.update({ where: { id }, data: changes, select: { id: true } });
  },
});
