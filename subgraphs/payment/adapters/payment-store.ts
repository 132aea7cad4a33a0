import type { AttemptId } from '#contracts/ids.ts';
import type { Prisma } from '#prisma/payment/client/client.ts';
import type { PaymentStore } from '../usecases/ports.ts';
import { paymentOf, rowOf } from './payment-rows.ts';

export const paymentStore = (tx: Prisma.TransactionClient): PaymentStore => {
  // An advisory lock, because what must be serialized may have no row yet: two copies of an authorize, or an authorize
  // and its cancel. Two attempts with the same hash merely wait for each other; a transaction locks only one attempt.
  // A statement of its own: the read after it must see what the previous holder committed.
  const lock = async (attemptId: AttemptId) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${attemptId}, 0))`;
    const row = await tx.payment.findUnique({ where: { attemptId } });
    return row ? paymentOf(row) : undefined;
  };
  return {
    lock,
    lockById: async (id) => {
      const found = await tx.payment.findUnique({ where: { id }, select: { attemptId: true } });
      return found ? lock(found.attemptId as AttemptId) : undefined;
    },
    save: async (payment) => {
      const row = rowOf(payment);
      await tx.payment.upsert({ where: { id: row.id }, create: row, update: row, select: { id: true } });
    },
    withdraw: async (attempt, now) => {
      await tx.withdrawnAttempt.createMany({ data: [{ ...attempt, withdrawnAt: now }], skipDuplicates: true });
    },
    isWithdrawn: async (attemptId) =>
      (await tx.withdrawnAttempt.findUnique({ where: { attemptId }, select: { attemptId: true } })) !== null,
  };
};
