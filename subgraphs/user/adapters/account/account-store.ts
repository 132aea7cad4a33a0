import type { UserId } from '#contracts/ids.ts';
import { type Clock, sqlStateOf } from '#platform/database/transaction.ts';
import type { Prisma } from '#prisma/user/client/client.ts';
import type { AccountStore } from '../../usecases/account/ports.ts';
import { accountColumns, toAccount } from './account-reads.ts';

const uniqueViolation = '23505';

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
    const row = await tx.user.findUniqueOrThrow({
      where: { id: locked.id },
      select: { ...accountColumns, credentialsChangedAt: true },
    });
    return { ...toAccount(row), credentialsChangedAt: row.credentialsChangedAt, lockedAt: clock(locked.now) };
  },
  holderOf: async (email) => {
    const row = await tx.user.findUnique({ where: { email }, select: { id: true, openedAt: true } });
    return row ? { id: row.id as UserId, isOpened: row.openedAt !== null } : undefined;
  },
  changeEmail: async (id, email) => {
    // A savepoint, because a violated constraint would abort the transaction, and a taken address is a result. Asking first
    // would not do: somebody may be registering it.
    await tx.$executeRaw`SAVEPOINT change_email`;
    try {
      await tx.$executeRaw`UPDATE user_account SET email = ${email} WHERE id = ${id}`;
      return true;
    } catch (error) {
      if (!(error instanceof Error && sqlStateOf(error) === uniqueViolation)) throw error;
      await tx.$executeRaw`ROLLBACK TO SAVEPOINT change_email`;
      return false;
    }
  },
  erase: async ({ id, email }) => {
    await tx.notification.deleteMany({ where: { customerId: id } });
    await tx.notificationOptOut.deleteMany({ where: { userId: id } });
    await tx.oneTimeToken.deleteMany({ where: { userId: id } });
    await tx.session.updateMany({ where: { userId: id }, data: { device: null, userAgent: null } });
    await tx.signInAttempts.deleteMany({ where: { email } });
    await tx.strangersGuesses.deleteMany({ where: { email } });
    await tx.mailQuota.deleteMany({ where: { email } });
    // What a retry would get again: of requests without a sign-in the actor is the address, of all others the user. That of the
    // closing itself is being written, and says nothing.
    await tx.idempotencyKey.deleteMany({
      where: { OR: [{ actor: email }, { actor: id, operation: { not: 'closeAccount' } }] },
    });
  },
  update: async (id, changes) => {
    await tx.user.update({ where: { id }, data: changes, select: { id: true } });
  },
});

/** Whether there is an account that is not closed; if so, it stays as it is until the transaction ends. */
export const lockAccount = async (tx: Prisma.TransactionClient, id: UserId): Promise<boolean> => {
  const rows = await tx.$queryRaw<object[]>`
    SELECT 1 FROM user_account WHERE id = ${id} AND closed_at IS NULL FOR NO KEY UPDATE`;
  return rows.length > 0;
};
