/** Between a row of `payment` and the domain's payment. */
import type { AttemptId, OrderId, PaymentId, UserId } from '#contracts/ids.ts';
import type { Payment as PaymentRow } from '#prisma/payment/client/client.ts';
import type { Payment } from '../domain/payment.ts';

/** Ids are trusted here: they were parsed when they came in, and nobody else writes this database. */
export const paymentOf = ({ amount, currency, ...row }: PaymentRow): Payment => ({
  ...row,
  id: row.id as PaymentId,
  attemptId: row.attemptId as AttemptId,
  orderId: row.orderId as OrderId,
  customerId: row.customerId as UserId,
  amount: { amount, currency },
});

export const rowOf = ({ amount, ...payment }: Payment): PaymentRow => ({
  ...payment,
  amount: amount.amount,
  currency: amount.currency,
});
