import type { DisputeId, PaymentId } from '#contracts/ids.ts';
import type {
  Dispute as DisputeRow,
  Payment as PaymentRow,
  Prisma,
  PrismaClient,
} from '#prisma/payment/client/client.ts';
import type { Dispute } from '../domain/dispute.ts';
import type { DisputeReads, DisputeStore } from '../usecases/ports.ts';

export const disputeStore = (tx: Prisma.TransactionClient): DisputeStore => ({
  all: (paymentId) => disputesOf(tx, [paymentId]),
  save: async ({ amount, ...dispute }) => {
    const { id, state } = dispute;
    await tx.dispute.upsert({
      where: { id },
      create: { ...dispute, amount: amount.amount },
      update: { state },
      select: { id: true },
    });
  },
});

export const disputeReads = (prisma: PrismaClient): DisputeReads => ({
  disputes: (payments) => disputesOf(prisma, payments),
  // Along the primary key, without an index by state: open ones are looked for, and they are the newest.
  allDisputes: async ({ state, limit, after }) => {
    const where = { ...(state && { state }), ...(after && { id: { lt: after } }) };
    const rows = await prisma.dispute.findMany({
      where,
      orderBy: { id: 'desc' },
      take: limit + 1,
      include: currencyOf,
    });
    return rows.map(disputeOf);
  },
});

const currencyOf = { payment: { select: { currency: true } } } as const;

const disputesOf = async (db: Prisma.TransactionClient, payments: readonly PaymentId[]): Promise<Dispute[]> => {
  const rows = await db.dispute.findMany({
    where: { paymentId: { in: [...payments] } },
    orderBy: { id: 'asc' },
    include: currencyOf,
  });
  return rows.map(disputeOf);
};

const disputeOf = ({
  payment: { currency },
  amount,
  ...row
}: DisputeRow & { readonly payment: Pick<PaymentRow, 'currency'> }): Dispute => ({
  ...row,
  id: row.id as DisputeId,
  paymentId: row.paymentId as PaymentId,
  amount: { amount, currency },
});
