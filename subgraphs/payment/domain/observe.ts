/**
 * What follows from all that the provider knows of a payment, for money that moved without a call of ours: a hold that expired,
 * captures, voids and refunds made by hand in the provider's dashboard, refunds that failed after they had succeeded, disputes. It
 * ends in the same ledger lines and events as our own calls. A look may be older than what is recorded: nothing that is final is taken back by it.
 */
import type { NewMessage } from '#contracts/envelope.ts';
import type { DisputeId, RefundId } from '#contracts/ids.ts';
import { format, type Money } from '#contracts/money.ts';
import type { Dispute } from './dispute.ts';
import { heldBy, inCurrencyOf, type LedgerLine, type Payment } from './payment.ts';
import { isWaiting, type PaymentStatus } from './payment-states.ts';
import type { ProviderDispute, ProviderRefund, ProviderState } from './provider-results.ts';
import type { Refund } from './refund.ts';
import { disputed as disputeReported, refunded, refundFailed, replyFor } from './replies.ts';
import { isSameCall } from './unknown-outcome.ts';

/** What is recorded of the payment, besides itself. */
export interface Recorded {
  readonly refunds: readonly (Refund & { readonly operationKeys: readonly string[] })[];
  readonly disputes: readonly Dispute[];
  /** Refunds by which cancels have undone the capture, with the keys of their calls: they have no rows of their own. */
  readonly undoings: readonly { readonly key: string; readonly amount: Money }[];
}

/** A line that no operation of ours moved: `movedBy` is what did, by the provider's name. */
export interface ObservedLine extends LedgerLine {
  readonly movedBy: string;
}

export interface Observed {
  readonly payment: Payment;
  readonly lines: readonly ObservedLine[];
  readonly replies: readonly NewMessage[];
  /** New ones and changed ones. */
  readonly refunds: readonly Refund[];
  readonly disputes: readonly Dispute[];
  /** What the provider reports cannot be: nothing of that is booked. */
  readonly faults: readonly string[];
}

interface Context {
  readonly now: Date;
  readonly newRefundId: () => RefundId;
  readonly newDisputeId: () => DisputeId;
}

const unobservable: readonly PaymentStatus[] = ['DECLINED', 'WITHDRAWN', 'VOIDED'];
const settled: readonly PaymentStatus[] = [
  ...['AUTHORIZED', 'CAPTURED', 'CAPTURE_FAILED', 'REFUNDED', 'VOID_FAILED', 'REFUND_FAILED'],
] as const satisfies readonly PaymentStatus[];

/**
 * `now`: nothing of ours is under way that would explain what is seen. `later`: a call is, and has to end first. `never`: no money
 * of this payment can move any more, or its wait is looked up anyway.
 */
export const whenToObserve = ({ status }: Payment): 'now' | 'later' | 'never' => {
  if (unobservable.includes(status) || isWaiting(status)) return 'never';
  return settled.includes(status) ? 'now' : 'later';
};

/** Only for a payment that is to be observed now. */
export const observe = (payment: Payment, state: ProviderState, known: Recorded, context: Context): Observed => {
  const steps: readonly ((before: Payment) => Observed)[] = [
    (before) => observeCapture(before, state),
    (before) => observeEnd(before, state),
    ...state.refunds.map((refund) => (before: Payment) => observeRefund(before, refund, known, context)),
    ...state.disputes.map((dispute) => (before: Payment) => observeDispute(before, dispute, known, context)),
  ];
  return steps.reduce((sofar, step) => joined(sofar, step(sofar.payment)), unchanged(payment));
};

const unchanged = (payment: Payment): Observed => ({
  ...{ payment, lines: [], replies: [], refunds: [], disputes: [], faults: [] },
});

const joined = (before: Observed, after: Observed): Observed => ({
  payment: after.payment,
  lines: [...before.lines, ...after.lines],
  replies: [...before.replies, ...after.replies],
  refunds: [...before.refunds, ...after.refunds],
  disputes: [...before.disputes, ...after.disputes],
  faults: [...before.faults, ...after.faults],
});

const observeCapture = (before: Payment, { captured, held, reference }: ProviderState): Observed => {
  const taken = captured.amount - before.captured;
  const isOver = held.amount === 0 && captured.amount > 0;
  // Less than is recorded, and the rest still held, is an older look.
  if (heldBy(before) === 0 || (taken <= 0 && !isOver)) return unchanged(before);
  const fault = taken !== 0 && faultOf({ ...captured, amount: taken }, inCurrencyOf(before, heldBy(before)));
  if (fault) return { ...unchanged(before), faults: [`a capture ${fault}`] };
  const payment: Payment = { ...before, captured: captured.amount, status: isOver ? 'CAPTURED' : 'AUTHORIZED' };
  const rest = heldBy(before) - taken;
  const line = (kind: LedgerLine['kind'], amount: number): LedgerLine => ({
    kind,
    amount: inCurrencyOf(before, amount),
  });
  return {
    ...unchanged(payment),
    lines: [
      ...(taken > 0 ? [{ ...line('CAPTURE', taken), movedBy: nthCapture(before, reference) }] : []),
      ...(isOver && rest > 0 ? [{ ...line('VOID', rest), movedBy: reference }] : []),
    ],
    replies: [replyFor('captured', payment)],
  };
};

/** Each capture of a payment has a name of its own: what was captured before it. */
const nthCapture = ({ captured }: Payment, reference: string): string =>
  captured > 0 ? `${reference} after ${captured}` : reference;

const observeEnd = (before: Payment, { end, reference }: ProviderState): Observed => {
  if (end === null || heldBy(before) === 0) return unchanged(before);
  const payment: Payment = { ...before, status: 'VOIDED', nextCheckAt: null };
  const kind = end === 'EXPIRED' ? 'EXPIRY' : 'VOID';
  const line = { kind, amount: inCurrencyOf(before, heldBy(before)), movedBy: reference } as const;
  return { ...unchanged(payment), lines: [line], replies: [replyFor('cancelled', payment)] };
};

const observeRefund = (
  before: Payment,
  seen: ProviderRefund,
  { refunds, undoings }: Recorded,
  context: Context,
): Observed => {
  const known = refunds.find(
    ({ reference, operationKeys }) =>
      reference === seen.reference || operationKeys.some((key) => isSameCall(key, seen.operationKey)),
  );
  if (known) {
    const { operationKeys: _, ...refund } = known;
    return refund.state === 'SUCCEEDED' && seen.state === 'FAILED' ? reverse(before, refund, seen) : unchanged(before);
  }
  const undoing = undoings.find(({ key }) => isSameCall(key, seen.operationKey));
  if (undoing && seen.state === 'FAILED')
    return reverse(before, { ...newRefund(before, seen, context), ...cancelled, amount: undoing.amount }, seen);
  // The undoing of a capture is booked by its operation. Any other key of ours is of a refund that was lost with older books.
  if (undoing || seen.state !== 'SUCCEEDED') return unchanged(before);
  const fault = faultOf(seen.amount, inCurrencyOf(before, before.captured - before.refunded - before.refunding));
  if (fault) return { ...unchanged(before), faults: [`a refund ${fault}`] };
  const refund: Refund = { ...newRefund(before, seen, context), ...byHand };
  const total = before.refunded + seen.amount.amount;
  // A cancel that the provider had refused is done now, by hand: nothing is left but what banks have called back.
  const isUndone = before.status === 'REFUND_FAILED' && total + before.disputed >= before.captured;
  const isOver = isUndone || (total === before.captured && heldBy(before) === 0);
  const payment: Payment = { ...before, refunded: total, ...(isOver && { status: 'REFUNDED' }) };
  return {
    ...unchanged(payment),
    lines: [{ kind: 'REFUND', amount: seen.amount, movedBy: seen.reference }],
    replies: [refunded(payment, refund), ...(isUndone ? [replyFor('cancelled', payment)] : [])],
    refunds: [refund],
  };
};

const byHand = { requestedBy: 'PROVIDER', reason: 'Made at the provider.' } as const;
const cancelled = { requestedBy: 'ORDER', reason: 'The order was cancelled.' } as const;

const newRefund = ({ id: paymentId }: Payment, { amount, reference }: ProviderRefund, context: Context) => ({
  ...({ id: context.newRefundId(), paymentId, amount, state: 'SUCCEEDED', failure: null } as const),
  ...{ reference, requestedAt: context.now },
});

const reverse = (before: Payment, refund: Refund, { reference }: ProviderRefund): Observed => {
  const failure = 'It failed after it had succeeded.';
  const payment: Payment = {
    ...before,
    refunded: before.refunded - refund.amount.amount,
    status: before.status === 'REFUNDED' ? 'CAPTURED' : before.status,
  };
  return {
    ...unchanged(payment),
    lines: [{ kind: 'REFUND_REVERSAL', amount: refund.amount, movedBy: reference }],
    replies: [refundFailed(payment, refund, failure)],
    refunds: [{ ...refund, state: 'FAILED', failure }],
  };
};

const observeDispute = (before: Payment, seen: ProviderDispute, { disputes }: Recorded, context: Context): Observed => {
  const known = disputes.find(({ reference }) => reference === seen.reference);
  const opened = known ? unchanged(before) : openDispute(before, seen, context);
  const open = known ?? opened.disputes[0];
  if (open?.state !== 'OPEN' || seen.state === 'OPEN') return opened;
  const closed = closeDispute(opened.payment, { ...open, state: seen.state });
  // One row, of how it stands in the end.
  return { ...joined(opened, closed), disputes: closed.disputes };
};

const openDispute = (before: Payment, seen: ProviderDispute, { newDisputeId, now }: Context): Observed => {
  const fault = faultOf(seen.amount, inCurrencyOf(before, before.captured - before.disputed));
  if (fault) return { ...unchanged(before), faults: [`a dispute ${fault}`] };
  const { reference, amount, reason, respondBy } = seen;
  const dispute: Dispute = {
    ...{ id: newDisputeId(), paymentId: before.id, reference, amount, state: 'OPEN', reason, respondBy, openedAt: now },
  };
  const payment: Payment = {
    ...before,
    ...{ disputed: before.disputed + amount.amount, openDisputes: before.openDisputes + 1 },
  };
  return {
    ...unchanged(payment),
    lines: [{ kind: 'DISPUTE', amount, movedBy: reference }],
    replies: [disputeReported(payment, dispute)],
    disputes: [dispute],
  };
};

const closeDispute = (before: Payment, dispute: Dispute): Observed => {
  const { amount, reference, state } = dispute;
  const isWon = state === 'WON';
  const disputed = before.disputed - (isWon ? amount.amount : 0);
  // What a cancel had not to give back is the shop's again, and is there to be given back.
  const isKept = before.status === 'REFUNDED' && before.captured > before.refunded + disputed;
  const payment: Payment = {
    ...before,
    ...{ disputed, openDisputes: before.openDisputes - 1, ...(isKept && { status: 'CAPTURED' }) },
  };
  return {
    ...unchanged(payment),
    lines: isWon ? [{ kind: 'DISPUTE_REVERSAL', amount, movedBy: reference }] : [],
    replies: [disputeReported(payment, dispute)],
    disputes: [dispute],
  };
};

const faultOf = (reported: Money, most: Money): string | undefined =>
  reported.currency === most.currency && reported.amount > 0 && reported.amount <= most.amount
    ? undefined
    : `of ${format(reported)} is reported, but at most ${format(most)} can be`;
