import type { UserId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/order/client/client.ts';
import type { ClosedAccountStore } from '../../usecases/ports.ts';

export const closedAccountStore = (tx: Prisma.TransactionClient): ClosedAccountStore => ({
  async add(userId, dueAt) {
    await tx.closedAccount.createMany({ data: [{ userId, dueAt }], skipDuplicates: true });
  },

  async takeDue(now, limit) {
    const rows = await tx.$queryRaw<{ userId: UserId }[]>`
      DELETE FROM closed_account WHERE user_id = ANY (ARRAY(
        SELECT user_id FROM closed_account WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING user_id AS "userId"`;
    return rows.map(({ userId }) => userId);
  },
});
