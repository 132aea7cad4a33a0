/** What an answer says about money, whatever the payment makes of it. */
import type { Money } from '../../../contracts/money.ts';
import type { Input } from './inputs.ts';
import type { LedgerLine, Payment } from './payment.ts';

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
      return bookRelease(payment, input.released);
    case 'voidRefused':
      return bookHold({ ...payment, reasonText: input.reason }, input.held);
    case 'captureRefused':
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
const bookHold = (payment: Payment, held: Money): Booked =>
  payment.authorized > 0
    ? noted(payment, {})
    : { payment: { ...payment, authorized: held.amount }, lines: [{ kind: 'AUTHORIZATION', amount: held }] };

const bookRelease = (before: Payment, released: Money | null): Booked => {
  if (!released) return noted(before, {});
  const { payment, lines } = bookHold(before, released);
  return { payment, lines: [...lines, { kind: 'VOID', amount: released }] };
};
