import { type Money, subtract, sum } from '#contracts/money.ts';
import { inCurrencyOf, type Payment } from './payment.ts';

/** What the shop has of the customer's money: captured minus refunded. Null when nobody tried to pay. */
export const balanceOf = (payments: readonly Payment[]): Money | null => {
  const [first] = payments;
  if (!first) return null;
  const { currency } = first.amount;
  const taken = sum(
    payments.map((payment) => inCurrencyOf(payment, payment.captured)),
    currency,
  );
  return subtract(
    taken,
    sum(
      payments.map((payment) => inCurrencyOf(payment, payment.refunded)),
      currency,
    ),
  );
};
