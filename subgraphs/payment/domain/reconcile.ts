/**
 * The books beside what the provider says. What an observation explains is booked by it (observe.ts); what is left is for people. A
 * payment that the provider knows and the books do not was lost with them: the shop goes on from a backup that is older.
 */
import type { AttemptId, GuestId, OrderId, PaymentId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import { type Observed, observe, type Recorded } from './observe.ts';
import { heldBy, type Payment } from './payment.ts';
import { isWaiting } from './payment-states.ts';
import type { ListedPayment, ProviderState } from './provider-results.ts';

/** Where the customer's money is, in minor units. */
export interface Totals {
  readonly held: number;
  readonly captured: number;
  readonly refunded: number;
  /** What banks have called back and not returned. */
  readonly disputed: number;
}

export const totalsOf = (payment: Payment): Totals => ({
  held: heldBy(payment),
  captured: payment.captured,
  refunded: payment.refunded,
  disputed: payment.disputed,
});

export const totalsAt = ({ held, captured, refunds, disputes }: ProviderState): Totals => ({
  ...{ held: held.amount, captured: captured.amount },
  refunded: totalOf(refunds.filter(({ state }) => state === 'SUCCEEDED')),
  disputed: totalOf(disputes.filter(({ state }) => state !== 'WON')),
});

const totalOf = (parts: readonly { readonly amount: Money }[]): number =>
  parts.reduce((total, { amount }) => total + amount.amount, 0);

export type DifferenceKind =
  /** Both know the payment, and say different things of its money. */
  | 'TOTALS_DIFFER'
  /** An attempt of this shop that the books do not have. */
  | 'UNKNOWN_HERE'
  /** A payment that its provider says it has never had. */
  | 'UNKNOWN_THERE'
  /** A second payment of an attempt that has one. */
  | 'CHARGED_TWICE';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly provider: string;
  readonly reference: string;
  readonly attemptId: AttemptId | null;
  readonly paymentId: PaymentId | null;
  readonly orderId: OrderId | null;
  readonly currency: string;
  /** Null where the payment is unknown. */
  readonly here: Totals | null;
  readonly there: Totals | null;
  /** FOUND: nothing was tried. REPAIRED: the books have it now, or its money is going back. LEFT: a person has to look. */
  readonly outcome: 'FOUND' | 'REPAIRED' | 'LEFT';
}

/** Whether what a list says of a payment is reason to look at all of it. What a bank has called back is not in a list. */
export const mayDiffer = (payment: Payment, { held, captured, refunded, isDisputed }: ListedPayment): boolean =>
  isWaiting(payment.status) ||
  isDisputed ||
  payment.disputed > 0 ||
  captured.currency !== payment.amount.currency ||
  held.amount !== heldBy(payment) ||
  captured.amount !== payment.captured ||
  refunded.amount !== payment.refunded;

export const agree = (payment: Payment, state: ProviderState): boolean => {
  const [here, there] = [totalsOf(payment), totalsAt(state)];
  return (
    state.amount.currency === payment.amount.currency &&
    (Object.keys(here) as (keyof Totals)[]).every((name) => here[name] === there[name])
  );
};

/** It holds money, or has had some. */
export const hasMoney = ({ held, captured }: Pick<ListedPayment, 'held' | 'captured'>): boolean =>
  held.amount > 0 || captured.amount > 0;

interface Adopter {
  readonly id: PaymentId;
  /** Nobody here is known to be its customer: one who is nobody. */
  readonly customerId: GuestId;
  readonly correlationId: string;
  readonly provider: string;
  readonly context: Parameters<typeof observe>[3];
}

/** The payment that the books have lost, as the provider tells it: with a line for each movement. Null when it has no money. */
export const adopt = (state: ProviderState, { context, ...adopter }: Adopter): Observed | null => {
  const { attemptId, orderId, amount, reference } = state;
  if (!attemptId || !orderId || !hasMoney(state)) return null;
  // What is on its way may come or not: then there would be too much to give back.
  if (state.refunds.some((refund) => refund.state === 'PENDING')) return null;
  const authorized: Payment = {
    ...adopter,
    ...{ attemptId, orderId, amount, reference, createdAt: state.createdAt, status: 'AUTHORIZED' },
    ...{ authorized: amount.amount, captured: 0, refunded: 0, refunding: 0, disputed: 0, openDisputes: 0 },
    ...{ declineReason: null, reasonText: null, actionUrl: null, nextCheckAt: null },
  };
  // Stryker disable next-line ArrayDeclaration: what is no refund and no dispute is never found.
  const nothing: Recorded = { refunds: [], disputes: [], undoings: [] };
  // Whoever asked for a refund then, nobody here remembers it.
  const refunds = state.refunds.map((refund) => ({ ...refund, operationKey: null }));
  const seen = observe(authorized, { ...state, refunds }, nothing, context);
  // What follows is told; that there was such a payment, nobody waits to hear.
  return { ...seen, lines: [{ kind: 'AUTHORIZATION', amount, movedBy: reference }, ...seen.lines], replies: [] };
};
