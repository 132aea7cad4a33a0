import type { PaymentId, RefundId } from '#contracts/ids.ts';
import type {
  Payment as PaymentRow,
  Prisma,
  PrismaClient,
  Refund as RefundRow,
} from '#prisma/payment/client/client.ts';
import { inCurrencyOf } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import type { RefundReads, RefundStore } from '../usecases/ports.ts';

type Row = Omit<RefundRow, 'endedAt'> & { readonly payment: Pick<PaymentRow, 'currency'> };

const columns = { omit: { endedAt: true }, include: { payment: { select: { currency: true } } } } as const;

export const refundStore = (tx: Prisma.TransactionClient): RefundStore => ({
  find: async (id) => {
    const row = await tx.refund.findUnique({ where: { id }, ...columns });
    return row ? refundOf(row) : undefined;
  },
  add: async ({ amount, ...refund }) => {
    await tx.refund.create({ data: { ...refund, amount: amount.amount }, select: { id: true } });
  },
  end: async (id, failure, now) => {
    const state = failure === null ? 'SUCCEEDED' : 'FAILED';
    await tx.refund.update({ where: { id }, data: { state, failure, endedAt: now }, select: { id: true } });
  },
  all: async (paymentId) => {
    const rows = await tx.refund.findMany({
      where: { paymentId },
      omit: columns.omit,
      include: { ...columns.include, operations: { select: { key: true } } },
    });
    return rows.map(({ operations, ...row }) => ({
      ...refundOf(row),
      operationKeys: operations.map(({ key }) => key),
    }));
  },
  undoings: async (payment) => {
    const made = { paymentId: payment.id, kind: 'REFUND', refundId: null, outcome: 'refunded' } as const;
    const rows = await tx.operation.findMany({ where: made, select: { key: true, amount: true } });
    return rows.map(({ key, amount }) => ({ key, amount: inCurrencyOf(payment, amount ?? 0) }));
  },
  saveObserved: async ({ amount, ...refund }, now) => {
    const { id, state, failure } = refund;
    await tx.refund.upsert({
      where: { id },
      create: { ...refund, amount: amount.amount, endedAt: now },
      update: { state, failure, endedAt: now },
      select: { id: true },
    });
  },
});

export const refundReads = (prisma: PrismaClient): RefundReads => ({
  refunds: async (payments) => {
    const rows = await prisma.refund.findMany({
      where: { paymentId: { in: [...payments] } },
      orderBy: { id: 'asc' },
      ...columns,
    });
    return rows.map(refundOf);
  },
});

const refundOf = ({ payment: { currency }, amount, ...row }: Row): Refund => ({
  ...row,
  id: row.id as RefundId,
  paymentId: row.paymentId as PaymentId,
  amount: { amount, currency },
});
