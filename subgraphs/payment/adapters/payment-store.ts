import type { AttemptId, CustomerId, newId, OrderId, PaymentId } from '#contracts/ids.ts';
import type { Payment as PaymentRow, Prisma } from '#prisma/payment/client/client.ts';
import type { Payment } from '../domain/payment.ts';
import { overStatuses } from '../domain/payment-states.ts';
import type { Ledger, PaymentStore } from '../usecases/ports.ts';

export const paymentStore = (tx: Prisma.TransactionClient): PaymentStore => {
  // An advisory lock, because what must be serialized may have no row yet: two copies of an authorize, or an authorize
  // and its cancel. Two attempts with the same hash merely wait for each other; a transaction locks only one attempt.
  // A separate statement: the read after it must see what the previous holder committed.
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
    lockByReference: async (provider, reference) => {
      const found = await tx.payment.findUnique({ where: { reference }, select: { attemptId: true, provider: true } });
      return found?.provider === provider ? lock(found.attemptId as AttemptId) : undefined;
    },
    save: async (payment) => {
      const { customerId, ...row } = rowOf(payment);
      const create = { ...row, customerId };
      await tx.payment.upsert({ where: { id: row.id }, create, update: row, select: { id: true } });
    },
    // The first condition is that of the index payment_of_guest, word for word.
    giveTo: async (guestId, userId) => {
      await tx.$executeRaw`
        UPDATE payment SET customer_id = ${userId}
         WHERE left(customer_id, 4) = 'gst_' AND customer_id = ${guestId}`;
    },
    openAttemptOf: async (orderId) => {
      const where = { orderId, status: { notIn: [...overStatuses] } };
      const open = await tx.payment.findFirst({ where, select: { attemptId: true } });
      return open?.attemptId as AttemptId | undefined;
    },
    withdraw: async (attempt, now) => {
      await tx.withdrawnAttempt.createMany({ data: [{ ...attempt, withdrawnAt: now }], skipDuplicates: true });
    },
    isWithdrawn: async (attemptId) =>
      (await tx.withdrawnAttempt.findUnique({ where: { attemptId }, select: { attemptId: true } })) !== null,
  };
};

/** Append-only; the database refuses a second hold or release of a payment, a second line of one call, and any change. */
export const ledgerStore = (tx: Prisma.TransactionClient, ids: { newId: typeof newId }): Ledger => ({
  add: async (payment, lines, { now, operationKey }) => {
    await tx.ledgerEntry.createMany({
      data: lines.map(({ kind, amount: { amount, currency } }) => ({
        ...{ id: ids.newId('LedgerEntry'), paymentId: payment.id, kind, amount, currency, operationKey, at: now },
      })),
    });
  },
});

/** Ids are trusted here: they were parsed on their way in, and nobody else writes this database. */
export const paymentOf = ({ amount, currency, ...row }: PaymentRow): Payment => ({
  ...row,
  id: row.id as PaymentId,
  attemptId: row.attemptId as AttemptId,
  orderId: row.orderId as OrderId,
  customerId: row.customerId as CustomerId,
  amount: { amount, currency },
});

const rowOf = ({ amount, ...payment }: Payment): PaymentRow => ({
  ...payment,
  amount: amount.amount,
  currency: amount.currency,
});
