import type { RefundId } from '#contracts/ids.ts';
import type {
  Operation as OperationRow,
  Payment as PaymentRow,
  Prisma,
  PrismaClient,
} from '#prisma/payment/client/client.ts';
import { type Call, nextOperationKey, type Operation } from '../domain/operation.ts';
import type { Payment } from '../domain/payment.ts';
import type { OperationStore, WorkList } from '../usecases/ports.ts';
import { paymentOf } from './payment-store.ts';

export const operationStore = (tx: Prisma.TransactionClient): OperationStore => ({
  open: async (payment, call, { now, nextTryAt }) => {
    const earlier = await tx.operation.findMany({
      where: { paymentId: payment.id, kind: call.kind },
      select: { key: true },
    });
    const key = nextOperationKey(
      payment.attemptId,
      call.kind,
      earlier.map((it) => it.key),
    );
    await tx.operation.create({
      data: {
        ...{ key, paymentId: payment.id, kind: call.kind, nextTryAt, createdAt: now, keyedAt: now },
        ...{ amount: call.amount?.amount ?? null, isFinal: call.isFinal ?? null },
        ...{ secret: call.secret ?? null, refundId: call.refundId ?? null },
      },
      select: { key: true },
    });
    return { ...call, key, payment, tries: 0, keyedAt: now, looksFirst: false };
  },
  rekey: async (operation, key, now) => {
    const { count } = await tx.operation.updateMany({
      where: { key: operation.key, doneAt: null },
      data: { key, keyedAt: now, looksFirst: false },
    });
    return count === 1 ? { ...operation, key, keyedAt: now, looksFirst: false } : undefined;
  },
  retryNow: async (key, now) => {
    await tx.operation.updateMany({ where: { key, doneAt: null }, data: { nextTryAt: now } });
  },
  close: async (key, outcome, now) => {
    const { count } = await tx.operation.updateMany({
      where: { key, doneAt: null },
      data: { outcome, doneAt: now, secret: null },
    });
    return count === 1;
  },
  recordDone: async ({ id: paymentId }, { amount, refundId, ...call }, now) => {
    const times = { nextTryAt: now, createdAt: now, keyedAt: now, doneAt: now };
    const outcome = refundId === null ? 'refundRefused' : 'refunded';
    const row = { ...call, ...times, paymentId, refundId, outcome, kind: 'REFUND', amount: amount.amount } as const;
    await tx.operation.createMany({ data: [row], skipDuplicates: true });
  },
});

/** Outside any transaction: one statement claims, and the claimer has the row to itself until the time that it set. */
export const workList = (prisma: PrismaClient): WorkList => ({
  claimOperations: async (limit, now, until) => {
    const claimed = await prisma.$queryRaw<{ key: string }[]>`
      UPDATE operation SET next_try_at = ${until}, tries = tries + 1
       WHERE key = ANY (ARRAY(SELECT key FROM operation WHERE done_at IS NULL AND next_try_at <= ${now}
                      ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING key`;
    if (claimed.length === 0) return [];
    const keys = claimed.map(({ key }) => key);
    const rows = await prisma.operation.findMany({ where: { key: { in: keys } }, include: { payment: true } });
    return rows.map(operationOf);
  },
  postpone: async ({ key }, until, looksFirst) => {
    await prisma.operation.updateMany({ where: { key, doneAt: null }, data: { nextTryAt: until, looksFirst } });
  },
  claimChecks: async (limit, now, until) => {
    const claimed = await prisma.$queryRaw<{ id: string }[]>`
      UPDATE payment SET next_check_at = ${until}
       WHERE id = ANY (ARRAY(SELECT id FROM payment
                     WHERE next_check_at <= ${now} AND status IN ('PROCESSING', 'ACTION_REQUIRED', 'AWAITING_FUNDS')
                     ORDER BY next_check_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))
      RETURNING id`;
    if (claimed.length === 0) return [];
    return (await prisma.payment.findMany({ where: { id: { in: claimed.map(({ id }) => id) } } })).map(paymentOf);
  },
});

const operationOf = ({ payment: row, ...operation }: OperationRow & { payment: PaymentRow }): Operation => {
  const payment = paymentOf(row);
  const { key, tries, keyedAt, looksFirst } = operation;
  return { ...callOf(operation, payment), payment, key, tries, keyedAt, looksFirst };
};

const callOf = ({ kind, amount, isFinal, secret, refundId }: OperationRow, payment: Payment): Call => ({
  kind,
  ...(amount !== null && { amount: { amount, currency: payment.amount.currency } }),
  ...(isFinal !== null && { isFinal }),
  ...(secret !== null && { secret }),
  ...(refundId !== null && { refundId: refundId as RefundId }),
});
