/** What a provider's result means for the money, whatever the payment makes of it. */
import { equals, format, type Money } from '#contracts/money.ts';
import { inCurrencyOf, type LedgerLine, type Payment } from './payment.ts';
import type { Input } from './payment-states.ts';
import type { ProviderResult, RefundResult } from './provider-results.ts';

interface Booked {
  readonly payment: Payment;
  readonly lines: readonly LedgerLine[];
}

const withoutMoney = (payment: Payment, change: Partial<Payment> = {}): Booked => ({
  payment: { ...payment, ...change },
  lines: [],
});

/** Records the result. One ledger line per movement of money, and for nothing else. */
export const bookResult = (payment: Payment, input: Input): Booked => {
  switch (input.kind) {
    case 'approved':
      return {
        payment: { ...payment, reference: input.reference, authorized: input.held.amount },
        lines: [{ kind: 'AUTHORIZATION', amount: input.held }],
      };
    case 'declined':
      return withoutMoney(payment, {
        reference: input.reference ?? payment.reference,
        declineReason: input.reason,
        reasonText: input.message,
      });
    case 'actionRequired':
      return withoutMoney(payment, { reference: input.reference, actionUrl: input.actionUrl });
    case 'processing':
    case 'awaitingFunds':
      return withoutMoney(payment, { reference: input.reference });
    case 'captured':
      return bookCapture(payment, input.amount, input.held);
    case 'refunded':
      return {
        payment: { ...payment, refunded: payment.refunded + input.amount.amount },
        lines: [{ kind: 'REFUND', amount: input.amount }],
      };
    case 'voided':
      return bookRelease(payment, input);
    case 'voidRefused':
      return bookHold({ ...payment, reasonText: input.reason }, input.held);
    case 'captureRefused':
    case 'refundRefused':
      return withoutMoney(payment, { reasonText: input.reason });
    case 'authorize':
    case 'capture':
    case 'cancel':
    case 'confirm':
      return withoutMoney(payment);
    default:
      throw new Error(`unknown provider result: ${JSON.stringify(input satisfies never)}`);
  }
};

/** What a final capture leaves of the hold is let go with it. */
const bookCapture = (before: Payment, amount: Money, held: Money): Booked => {
  const payment = { ...before, captured: before.captured + amount.amount };
  const rest = before.authorized - payment.captured;
  const isReleased = held.amount === 0 && rest > 0;
  return {
    payment,
    lines: [
      { kind: 'CAPTURE', amount },
      ...(isReleased ? [{ kind: 'VOID', amount: inCurrencyOf(before, rest) } as const] : []),
    ],
  };
};

/** The result of a refund that stands by itself: it is no longer under way. */
export const bookRefund = (payment: Payment, { amount }: Money, result: RefundResult): Booked => {
  const booked = bookResult({ ...payment, refunding: payment.refunding - amount }, result);
  // Its reason is the refund's, not the payment's.
  return { ...booked, payment: { ...booked.payment, reasonText: payment.reasonText } };
};

/** A void may be the first to report a hold: the customer completed the extra step just before we gave up on it. */
const bookHold = (payment: Payment, held: Money): Booked =>
  payment.authorized > 0
    ? withoutMoney(payment)
    : { payment: { ...payment, authorized: held.amount }, lines: [{ kind: 'AUTHORIZATION', amount: held }] };

/** A hold that the void has not found any more ended before it: nobody has booked that yet. */
const bookRelease = (
  before: Payment,
  { released, hasExpired }: Extract<ProviderResult, { kind: 'voided' }>,
): Booked => {
  const known = before.authorized - before.captured;
  if (!released && known > 0)
    return {
      payment: before,
      lines: [{ kind: hasExpired ? 'EXPIRY' : 'VOID', amount: inCurrencyOf(before, known) }],
    };
  if (!released) return withoutMoney(before);
  const { payment, lines } = bookHold(before, released);
  return { payment, lines: [...lines, { kind: 'VOID', amount: released }] };
};

/**
 * Why a result cannot be booked. Less money held or captured than requested is booked as it is, and the order told. More
 * than requested, another currency, or an undo of another amount contradicts the request. `requested` is the amount of
 * the call, where it had one.
 */
export const contradiction = (payment: Payment, result: ProviderResult, requested?: Money): string | undefined => {
  switch (result.kind) {
    case 'approved':
    case 'voidRefused':
      return unless(isWithin(result.held, payment.amount), result.held, payment.amount, result.kind);
    case 'captured': {
      const fault = requested && unless(isWithin(result.amount, requested), result.amount, requested, result.kind);
      const rest = inCurrencyOf(payment, payment.authorized - payment.captured - result.amount.amount);
      const isPossible = result.held.currency === rest.currency && result.held.amount <= rest.amount;
      return fault ?? unless(isPossible, result.held, rest, 'held');
    }
    case 'refunded':
      return requested && unless(equals(result.amount, requested), result.amount, requested, result.kind);
    case 'voided': {
      if (!result.released) return undefined;
      const known = payment.authorized - payment.captured;
      const isAsKnown = payment.authorized === 0 || known === result.released.amount;
      return unless(
        isAsKnown && isWithin(result.released, payment.amount),
        result.released,
        payment.authorized > 0 ? inCurrencyOf(payment, known) : payment.amount,
        result.kind,
      );
    }
  }
  return undefined;
};

const isWithin = (reported: Money, most: Money): boolean =>
  reported.currency === most.currency && reported.amount > 0 && reported.amount <= most.amount;

const unless = (
  isFine: boolean,
  reported: Money,
  requested: Money,
  kind: ProviderResult['kind'] | 'held',
): string | undefined =>
  isFine ? undefined : `the provider reports "${kind}" of ${format(reported)}, but ${format(requested)} was requested`;
