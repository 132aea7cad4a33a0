/** What an answer says about money, whatever the payment makes of it. */
import { equals, format, type Money } from '#contracts/money.ts';
import type { ProviderResult } from './provider-results.ts';
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
export const bookResult = (payment: Payment, input: Input): Booked => {
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

/**
 * Why an answer cannot be booked. Less money held or taken than was asked for is booked as it is, and the order told; more
 * of it, another currency, or an undo of another amount contradicts what the provider was asked. `asked` is the amount of
 * the call, where it had one.
 */
export const contradiction = (payment: Payment, answer: ProviderResult, asked?: Money): string | undefined => {
  switch (answer.kind) {
    case 'approved':
    case 'voidRefused':
      return unless(isWithin(answer.held, payment.amount), answer.held, payment.amount, answer.kind);
    case 'captured':
      return asked && unless(isWithin(answer.amount, asked), answer.amount, asked, answer.kind);
    case 'refunded':
      return asked && unless(equals(answer.amount, asked), answer.amount, asked, answer.kind);
    case 'voided': {
      if (!answer.released) return undefined;
      const isAsKnown = payment.authorized === 0 || payment.authorized === answer.released.amount;
      return unless(
        isAsKnown && isWithin(answer.released, payment.amount),
        answer.released,
        payment.authorized > 0 ? inCurrencyOf(payment, payment.authorized) : payment.amount,
        answer.kind,
      );
    }
    default:
      return undefined;
  }
};

const isWithin = (told: Money, most: Money): boolean =>
  told.currency === most.currency && told.amount > 0 && told.amount <= most.amount;

const unless = (isFine: boolean, told: Money, asked: Money, kind: ProviderResult['kind']): string | undefined =>
  isFine ? undefined : `the provider says "${kind}" of ${format(told)}, and ${format(asked)} was asked for`;
