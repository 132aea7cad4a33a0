/** What a checkout receives (replies, requests of people, time-outs) and what it sends (commands, and events of the order). */
import { type DataOf, type MessageDefinition, message, type NewMessage } from '#contracts/envelope.ts';
import type { AttemptId } from '#contracts/ids.ts';
import {
  OrderAwaitingFunds,
  OrderCancelled,
  OrderConfirmed,
  OrderDisputed,
  OrderNeedsAttention,
  OrderPaymentFailed,
  OrderPlaced,
  OrderRefunded,
  OrderRejected,
} from '#contracts/messages/order.ts';
import {
  AuthorizePayment,
  CancelPayment,
  CapturePayment,
  PaymentActionRequired,
  PaymentAuthorized,
  PaymentAwaitingFunds,
  PaymentCancelFailed,
  PaymentCancelled,
  PaymentCaptured,
  PaymentCaptureFailed,
  PaymentDeclined,
  PaymentDisputed,
  PaymentRefunded,
  PaymentRefundFailed,
} from '#contracts/messages/payment.ts';
import {
  CommitStock,
  ReleaseStock,
  ReserveStock,
  StockCommitFailed,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
} from '#contracts/messages/stock.ts';
import { money } from '#contracts/money.ts';
import { isAsAgreed } from '../order/agreed-price.ts';
import { isOffline, type Order, type PaymentMethod } from '../order/order.ts';
import { type Command, type Emitted, reservationTtlMs, type Timings } from './steps.ts';

/** Every reply that a checkout listens to. */
export const replies = [
  StockReserved,
  StockRejected,
  StockCommitted,
  StockCommitFailed,
  StockReleased,
  PaymentAuthorized,
  PaymentActionRequired,
  PaymentAwaitingFunds,
  PaymentDeclined,
  PaymentCaptured,
  PaymentCaptureFailed,
  PaymentCancelled,
  PaymentCancelFailed,
  PaymentRefunded,
  PaymentRefundFailed,
  PaymentDisputed,
] as const;

/** `sequence` counts the messages about one attempt at its service, so the later of two is known however they arrive. */
type ReplyOf<D> = D extends MessageDefinition
  ? { readonly type: D['type']; readonly data: DataOf<D>; readonly sequence: number }
  : never;
export type Reply = ReplyOf<(typeof replies)[number]>;

export type OrderRequest =
  | { readonly type: 'cancelRequested'; readonly by: 'CUSTOMER' | 'STAFF' }
  | { readonly type: 'payRequested'; readonly attemptId: AttemptId; readonly method: PaymentMethod }
  | { readonly type: 'resumeRequested' };

export type CheckoutEvent = Reply | OrderRequest | { readonly type: 'timedOut' };

export const isReply = (event: CheckoutEvent): event is Reply => 'data' in event;

const aboutOrder = ({ id }: Pick<Order, 'id'>) => ({ type: 'order', id });

/** The command for this attempt of the order; by default the latest. */
export const command = (
  timings: Timings,
  order: Order,
  name: Command,
  attemptId: AttemptId = order.attempt.id,
): NewMessage => {
  const to = aboutOrder(order);
  const attempt = { attemptId, orderId: order.id };
  switch (name) {
    case 'stock.reserve':
      return message(ReserveStock, to, {
        ...attempt,
        lines: order.lines.map(({ variantId, quantity, unitPrice }) => ({ variantId, quantity, unitPrice })),
        ttlMs: reservationTtlMs(timings, isOffline(order.attempt.method ?? {})),
      });
    case 'stock.commit':
      return message(CommitStock, to, attempt);
    case 'stock.release':
      return message(ReleaseStock, to, attempt);
    case 'payment.authorize':
      return message(AuthorizePayment, to, { ...attempt, ...payment(order) });
    case 'payment.capture':
      return message(CapturePayment, to, { ...attempt, ...toCapture(order) });
    case 'payment.cancel':
      return message(CancelPayment, to, attempt);
    default:
      throw new Error(`no such command: ${name satisfies never}`);
  }
};

/** What staff have captured in part already is not asked for again. */
const toCapture = ({ total, payment: { captured } }: Order) =>
  captured < total.amount
    ? { amount: { ...total, amount: total.amount - captured }, capturedBefore: captured }
    : { amount: total };

const payment = (order: Order) => {
  const { id, customerId, total, attempt } = order;
  const { method } = attempt;
  if (!isAsAgreed(order)) throw new Error(`the figures of ${id} are not those that its customer agreed to`);
  if (method === null) throw new Error(`the payment method of ${id} was already handed on`);
  return { customerId, amount: total, ...method };
};

const facts = ({ id, number, customerId, total }: Order) => ({ orderId: id, number, customerId, total });

export const orderPlaced = (order: Order): NewMessage => message(OrderPlaced, aboutOrder(order), facts(order));

/** An order is parked: an operator has to look at `reason`. */
export const needsAttention = (order: Order, reason: string): NewMessage =>
  message(OrderNeedsAttention, aboutOrder(order), { ...facts(order), reason });

/** The customer has until the order's expiry to send the money. */
export const orderAwaitingFunds = (order: Order): NewMessage =>
  message(OrderAwaitingFunds, aboutOrder(order), { ...facts(order), dueAt: order.expiresAt.toISOString() });

/** Money went back to the customer: so much since the last such event, and so much in all. */
export const orderRefunded = (order: Order, amount: number): NewMessage => {
  const { currency } = order.total;
  const amounts = { amount: money(amount, currency), refundedTotal: money(order.payment.refunded, currency) };
  return message(OrderRefunded, aboutOrder(order), { ...facts(order), ...amounts });
};

export const orderDisputed = (
  order: Order,
  { disputeId, state, amount }: Pick<DataOf<typeof PaymentDisputed>, 'disputeId' | 'state' | 'amount'>,
): NewMessage => message(OrderDisputed, aboutOrder(order), { ...facts(order), disputeId, state, amount });

/** The event of the status that the order has entered. */
export const orderEvent = (order: Order, name: Emitted): NewMessage => {
  const reason = order.failure?.message ?? 'No reason is known.';
  switch (name) {
    case 'order.confirmed':
      return message(OrderConfirmed, aboutOrder(order), facts(order));
    case 'order.rejected':
      return message(OrderRejected, aboutOrder(order), { ...facts(order), reason });
    case 'order.payment-failed':
      return message(OrderPaymentFailed, aboutOrder(order), { ...facts(order), reason });
    case 'order.cancelled':
      return message(OrderCancelled, aboutOrder(order), { ...facts(order), reason });
    default:
      throw new Error(`no such event: ${name satisfies never}`);
  }
};
