/** Orders, carts and catalogue entries for tests: everything has a plausible value, a test names only what it is about. */
import { type AttemptId, namedId, type OrderId, type UserId } from '#contracts/ids.ts';
import type { PaymentTotals } from '#contracts/messages/payment.ts';
import { money } from '#contracts/money.ts';
import { noDetails } from '#subgraphs/order/domain/cart/details.ts';
import { begin, decide } from '#subgraphs/order/domain/checkout/decide.ts';
import type { Changed } from '#subgraphs/order/domain/checkout/decision.ts';
import type { CheckoutEvent, Reply } from '#subgraphs/order/domain/checkout/messages.ts';
import { noPayment } from '#subgraphs/order/domain/checkout/payment-status.ts';
import {
  defaultTimings,
  type OrderStatus,
  type PaymentStatus,
  steps,
  type Timings,
  touchedBy,
} from '#subgraphs/order/domain/checkout/steps.ts';
import type { CheckoutFailure } from '#subgraphs/order/domain/failures.ts';
import { type Order, type OrderLine, totalOf } from '#subgraphs/order/domain/order/order.ts';

export const noon = new Date('2026-11-22T12:00:00.000Z');
export const later = (ms: number, from = noon): Date => new Date(from.getTime() + ms);

export const attempt = (name: string): AttemptId => namedId('Attempt', name);
export const anna: UserId = namedId('User', 'anna');

export const aLine = (over: Partial<OrderLine> = {}): OrderLine => ({
  variantId: namedId('Variant', 'lamp'),
  sku: 'LAMP-1',
  title: 'Trail Lamp',
  quantity: 2,
  unitPrice: money(1_999, 'EUR'),
  ...over,
});

/** An order that has just been made, before anything was sent for it. */
export const aNewOrder = (over: Partial<Order> = {}): Order => {
  const lines = over.lines ?? [aLine()];
  return {
    id: namedId('Order', 'one') as OrderId,
    number: 'AG-0000-0001',
    customerId: anna,
    details: noDetails,
    lines,
    total: totalOf(lines, 'EUR'),
    pricing: null,
    pricingHash: null,
    placedAt: noon,
    expiresAt: later(defaultTimings.waitMs.expiry),
    version: 0,
    status: 'PLACED',
    attempt: { id: attempt('first'), number: 1, method: { paymentMethodToken: 'tok_approve' } },
    payment: noPayment,
    step: { deadline: null, sends: 0 },
    undo: [],
    compensateTo: null,
    failure: null,
    ...over,
  };
};

/** The payment of an order that got to this status without a hitch. */
const paymentIn: Record<OrderStatus, PaymentStatus> = {
  PLACED: 'NONE',
  AUTHORIZING: 'PENDING',
  COMMITTING: 'AUTHORIZED',
  CAPTURING: 'AUTHORIZED',
  CONFIRMED: 'PAID',
  REJECTED: 'NONE',
  PAYMENT_FAILED: 'DECLINED',
  COMPENSATING: 'AUTHORIZED',
  NEEDS_ATTENTION: 'AUTHORIZED',
  CANCELLED: 'VOIDED',
};

const byCustomer: CheckoutFailure = { kind: 'OrderCancelled', message: 'At your request.', reason: 'CUSTOMER' };

/** An order in this status, as the checkout would have left it. COMPENSATING: both parts are left to undo. */
export const anOrder = (over: Partial<Order> = {}, timings: Timings = defaultTimings): Order => {
  const status = over.status ?? 'PLACED';
  const { waits, isTerminal } = steps[status];
  const isUndoing = status === 'COMPENSATING' || status === 'NEEDS_ATTENTION';
  const method = status === 'PLACED' ? { paymentMethodToken: 'tok_approve' } : null;
  const { total } = aNewOrder();
  return {
    ...begin(timings, aNewOrder(), noon).order,
    attempt: { id: attempt('first'), number: 1, method },
    payment: { ...noPayment, status: paymentIn[status], captured: paymentIn[status] === 'PAID' ? total.amount : 0 },
    step: { deadline: waits ? later(timings.waitMs[waits]) : null, sends: 1 },
    undo: isUndoing ? touchedBy('CAPTURING') : [],
    compensateTo: isUndoing ? 'CANCELLED' : null,
    failure: isUndoing || isTerminal ? byCustomer : null,
    ...over,
  };
};

type Data<T extends Reply['type']> = Extract<Reply, { type: T }>['data'];

const payment = { paymentId: namedId('Payment', 'first') };

/** What an attempt has come to, in cents. */
export const totals = (captured: number, refunded = 0, disputed = 0, openDisputes = 0): PaymentTotals => ({
  captured: money(captured, 'EUR'),
  refunded: money(refunded, 'EUR'),
  disputed: money(disputed, 'EUR'),
  openDisputes,
});

const refundId = namedId('Refund', 'first');

const plausible: { [T in Reply['type']]: Omit<Data<T>, 'attemptId' | 'orderId'> } = {
  'stock.reserved': { expiresAt: '2026-11-22T12:19:00.000Z' },
  'stock.rejected': {
    reason: 'INSUFFICIENT_STOCK',
    lines: [{ variantId: aLine().variantId, requested: 2, available: 1, currentPrice: money(1_999, 'EUR') }],
  },
  'stock.committed': {},
  'stock.commit-failed': { reason: 'EXPIRED' },
  'stock.released': {},
  'payment.authorized': { ...payment, amount: money(3_998, 'EUR') },
  'payment.action-required': { ...payment, actionUrl: 'https://bank.example/challenge' },
  'payment.awaiting-funds': { ...payment, amount: money(3_998, 'EUR') },
  'payment.declined': { ...payment, reason: 'CARD_DECLINED', message: 'no' },
  'payment.captured': { ...payment, amount: money(3_998, 'EUR'), isFinal: true, totals: totals(3_998) },
  'payment.capture-failed': { ...payment, reason: 'refused' },
  'payment.cancelled': { ...payment, outcome: 'VOIDED', refunded: null, totals: totals(0) },
  'payment.cancel-failed': { ...payment, reason: 'the provider is bankrupt' },
  'payment.refunded': { ...payment, refundId, amount: money(1_000, 'EUR'), totals: totals(3_998, 1_000) },
  'payment.refund-failed': {
    ...{ ...payment, refundId, amount: money(1_000, 'EUR'), reason: 'the card is gone', totals: totals(3_998) },
  },
  'payment.disputed': {
    ...{ ...payment, disputeId: namedId('Dispute', 'first'), state: 'OPENED', amount: money(3_998, 'EUR') },
    ...{ reason: 'fraudulent', respondBy: '2026-12-06T12:00:00.000Z', totals: totals(3_998, 0, 3_998, 1) },
  },
};

/** A neighbour's reply about an order's attempt, by default its latest; the first message about it, unless `sequence` says other. */
export const aReply = <T extends Reply['type']>(
  type: T,
  { order = aNewOrder(), sequence = 1, ...data }: Partial<Data<T>> & { order?: Order; sequence?: number } = {},
): Reply =>
  ({ type, sequence, data: { attemptId: order.attempt.id, orderId: order.id, ...plausible[type], ...data } }) as Reply;

/** What an order becomes by an event that it does not ignore. */
export const changed = (order: Order, event: CheckoutEvent, now = noon): Changed => {
  const decision = decide(defaultTimings, order, event, now);
  if (decision.kind !== 'changed') throw new Error(decision.because);
  return decision;
};
export const sent = ({ messages }: Changed): string[] => messages.map(({ type }) => type);
