/** What an answer says about money, whatever the payment makes of it. */
import type { Input } from './inputs.ts';
import { inCurrencyOf, type LedgerLine, type Payment } from './payment.ts';

interface Booked {
  readonly payment: Payment;
  readonly lines: readonly LedgerLine[];
}

const noted = (payment: Payment, change: Partial<Payment>): Booked => ({
  payment: { ...payment, ...change },
  lines: [],
});

/** Notes what the provider said. A line for each movement of money, and for nothing else. */
export const bookAnswer = (payment: Payment, input: Input): Booked => {
  switch (input.kind) {
    case 'approved':
      return {
        payment: { ...payment, reference: input.reference, authorized: input.held.amount },
        lines: [{ kind: 'AUTHORIZATION', amount: input.held }],
      };
    case 'declined':
      return noted(payment, {
        reference: input.reference ?? payment.reference,
        declineReason: input.reason,
        reasonText: input.message,
      });
    case 'actionRequired':
      return noted(payment, { reference: input.reference, actionUrl: input.actionUrl });
    case 'processing':
      return noted(payment, { reference: input.reference });
    case 'captured':
      return {
        payment: { ...payment, captured: input.amount.amount },
        lines: [{ kind: 'CAPTURE', amount: input.amount }],
      };
    case 'refunded':
      return {
        payment: { ...payment, refunded: payment.refunded + input.amount.amount },
        lines: [{ kind: 'REFUND', amount: input.amount }],
      };
    case 'voided':
      return bookRelease(payment, input.released?.amount ?? 0);
    case 'captureRefused':
    case 'voidRefused':
    case 'refundRefused':
      return noted(payment, { reasonText: input.reason });
    case 'authorize':
    case 'capture':
    case 'cancel':
    case 'confirm':
      return noted(payment, {});
    default:
      throw new Error(`not an answer: ${JSON.stringify(input satisfies never)}`);
  }
};

/** The void may be the first to tell of a hold: the customer took the extra step just before we gave up on it. */
const bookRelease = (payment: Payment, released: number): Booked => {
  if (released === 0) return noted(payment, {});
  const amount = inCurrencyOf(payment, released);
  const hold: LedgerLine[] = payment.authorized === 0 ? [{ kind: 'AUTHORIZATION', amount }] : [];
  return {
    payment: { ...payment, authorized: payment.authorized || released },
    lines: [...hold, { kind: 'VOID', amount }],
  };
};
