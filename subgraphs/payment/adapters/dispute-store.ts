import type { DisputeId, PaymentId } from '#contracts/ids.ts';
import type { Dispute as DisputeRow, Payment as PaymentRow, Prisma } from '#prisma/payment/client/client.ts';
import type { Dispute } from '../domain/dispute.ts';
import type { DisputeStore } from '../usecases/ports.ts';

export const disputeStore = (tx: Prisma.TransactionClient): DisputeStore => ({
  all: async (paymentId) =>
    (await tx.dispute.findMany({ where: { paymentId }, include: { payment: { select: { currency: true } } } })).map(
      disputeOf,
    ),
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
