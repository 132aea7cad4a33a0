import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { aLine, aNewOrder, anOrder, aReply, attempt, changed, later, noon, sent, totals } from '#kit/order/builders.ts';
import type { Order } from '../order/order.ts';
import { begin, decide } from './decide.ts';
import type { CheckoutEvent } from './messages.ts';
import { noPayment } from './payment-status.ts';
import { type OrderStatus, defaultTimings as timings } from './steps.ts';

const long = later(24 * 60 * 60_000);
const timedOut = { type: 'timedOut' } as const;
const cancel = { type: 'cancelRequested', by: 'CUSTOMER' } as const;
const pay = {
  type: 'payRequested',
  attemptId: attempt('second'),
  method: { paymentMethodToken: 'tok_other' },
} as const;
const resume = { type: 'resumeRequested' } as const;

/** The replies that carry an amount, with another one than the order's. */
const cent = money(1, 'EUR');
const wrongReplies = [
  aReply('payment.authorized', { amount: cent }),
  aReply('payment.captured', { amount: cent }),
  aReply('payment.cancelled', { outcome: 'REFUNDED', refunded: cent, totals: totals(3_998, 1) }),
  aReply('payment.awaiting-funds', { amount: cent }),
] as const;
const [authorizedWrongly, capturedWrongly, cancelledWrongly, agreedWrongly] = wrongReplies;

/** Every cell of the table: in this status, this event, leads there and sends that. */
type Cell = [OrderStatus, CheckoutEvent, OrderStatus, string[]];
const cells: Cell[] = [
  ['PLACED', aReply('stock.reserved'), 'AUTHORIZING', ['payment.authorize']],
  ['PLACED', aReply('stock.rejected'), 'REJECTED', ['order.rejected']],
  ['PLACED', timedOut, 'COMPENSATING', ['stock.release']],
  ['PLACED', cancel, 'COMPENSATING', ['stock.release']],
  ['AUTHORIZING', aReply('payment.authorized'), 'COMMITTING', ['stock.commit']],
  ['AUTHORIZING', aReply('payment.action-required'), 'AUTHORIZING', []],
  ['AUTHORIZING', aReply('payment.awaiting-funds'), 'AUTHORIZING', ['order.awaiting-funds']],
  ['AUTHORIZING', agreedWrongly, 'NEEDS_ATTENTION', ['order.needs-attention']],
  ['AUTHORIZING', aReply('payment.cancelled'), 'COMPENSATING', ['payment.cancel']],
  ['AUTHORIZING', cancelledWrongly, 'COMPENSATING', ['payment.cancel']],
  ['AUTHORIZING', aReply('payment.declined'), 'COMPENSATING', ['stock.release']],
  ['AUTHORIZING', authorizedWrongly, 'NEEDS_ATTENTION', ['order.needs-attention']],
  ['AUTHORIZING', timedOut, 'COMPENSATING', ['payment.cancel']],
  ['AUTHORIZING', cancel, 'COMPENSATING', ['payment.cancel']],
  ['COMMITTING', aReply('stock.committed'), 'CAPTURING', ['payment.capture']],
  ['COMMITTING', aReply('stock.commit-failed'), 'COMPENSATING', ['payment.cancel']],
  ['COMMITTING', aReply('payment.cancelled'), 'COMPENSATING', ['payment.cancel']],
  ['COMMITTING', cancelledWrongly, 'COMPENSATING', ['payment.cancel']],
  ['COMMITTING', timedOut, 'COMPENSATING', ['payment.cancel']],
  ['COMMITTING', cancel, 'COMPENSATING', ['payment.cancel']],
  ['CAPTURING', aReply('payment.captured'), 'CONFIRMED', ['order.confirmed']],
  ['CAPTURING', aReply('payment.capture-failed'), 'COMPENSATING', ['payment.cancel']],
  ['CAPTURING', aReply('payment.cancelled'), 'COMPENSATING', ['payment.cancel']],
  ['CAPTURING', cancelledWrongly, 'COMPENSATING', ['payment.cancel']],
  ['CAPTURING', capturedWrongly, 'NEEDS_ATTENTION', ['order.needs-attention']],
  ['CAPTURING', timedOut, 'CAPTURING', ['payment.capture']],
  ['CAPTURING', cancel, 'COMPENSATING', ['payment.cancel']],
  ['CONFIRMED', cancel, 'COMPENSATING', ['payment.cancel']],
  ['COMPENSATING', aReply('payment.cancelled'), 'COMPENSATING', ['stock.release']],
  ['COMPENSATING', aReply('payment.cancel-failed'), 'NEEDS_ATTENTION', ['order.needs-attention']],
  ['COMPENSATING', cancelledWrongly, 'NEEDS_ATTENTION', ['order.needs-attention']],
  ['COMPENSATING', timedOut, 'COMPENSATING', ['payment.cancel']],
  ['NEEDS_ATTENTION', aReply('payment.cancelled'), 'COMPENSATING', ['stock.release']],
  ['NEEDS_ATTENTION', cancelledWrongly, 'NEEDS_ATTENTION', ['order.needs-attention']],
  ['NEEDS_ATTENTION', resume, 'COMPENSATING', ['payment.cancel']],
  ['PAYMENT_FAILED', pay, 'PLACED', ['stock.reserve']],
  ['PAYMENT_FAILED', cancel, 'CANCELLED', ['order.cancelled']],
  ['PAYMENT_FAILED', timedOut, 'CANCELLED', ['order.cancelled']],
];

const replies = [
  'stock.reserved',
  'stock.rejected',
  'stock.committed',
  'stock.commit-failed',
  'stock.released',
  'payment.authorized',
  'payment.action-required',
  'payment.awaiting-funds',
  'payment.declined',
  'payment.captured',
  'payment.capture-failed',
  'payment.cancelled',
  'payment.cancel-failed',
  'payment.refunded',
  'payment.refund-failed',
  'payment.disputed',
] as const;
const events: CheckoutEvent[] = [
  ...replies.map((type) => aReply(type)),
  ...wrongReplies,
  ...[timedOut, cancel, pay, resume],
];
const inFlight: OrderStatus[] = ['PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'COMPENSATING'];
const terminal: OrderStatus[] = ['REJECTED', 'PAYMENT_FAILED', 'CANCELLED'];

const when = (event: CheckoutEvent, order: Order) => (event.type === 'timedOut' ? (order.step.deadline ?? long) : noon);

describe('a checkout', () => {
  it('begins by telling of the order and asking for its stock', () => {
    const begun = begin(timings, aNewOrder(), noon);
    expect(sent(begun)).toEqual(['order.placed', 'stock.reserve']);
    expect(begun.order).toMatchObject({ version: 1, status: 'PLACED', step: { deadline: later(60_000), sends: 1 } });
    expect(begun).toMatchObject({ kind: 'changed', returnedToCart: [] });
    expect(begun.entry).toEqual({ at: noon, status: 'PLACED', event: 'placed', detail: null, amount: null });
  });

  it.each(cells.map(([status, event, next, messages]) => ({ status, event, next, messages })))(
    'in $status, on $event.type: $next',
    ({ status, event, next, messages }) => {
      const order = anOrder({ status });
      const decision = changed(order, event, when(event, order));
      expect(decision.order.status).toBe(next);
      expect(sent(decision)).toEqual(messages);
      expect(decision.order.version).toBe(order.version + 1);
      const isWrong = wrongReplies.some((it) => it === event);
      expect(decision.entry).toMatchObject({ status: next, event: isWrong ? 'wrongAmount' : event.type });
    },
  );

  it.each([
    ['PLACED', aReply('stock.reserved'), 'COMMITTING', ['stock.commit']],
    ['COMMITTING', aReply('stock.committed'), 'CONFIRMED', ['order.confirmed']],
    ['PLACED', cancel, 'COMPENSATING', ['stock.release']],
    ['COMMITTING', cancel, 'COMPENSATING', ['stock.release']],
    ['COMMITTING', timedOut, 'COMPENSATING', ['stock.release']],
    ['COMMITTING', aReply('stock.commit-failed'), 'COMPENSATING', ['stock.release']],
    ['CONFIRMED', cancel, 'COMPENSATING', ['stock.release']],
  ] as Cell[])('of a free order asks nothing of payment: in %s', (status, event, next, messages) => {
    const free = { total: money(0, 'EUR'), lines: [aLine({ unitPrice: money(0, 'EUR') })], payment: noPayment };
    const order = anOrder({ status, ...free });
    const decision = changed(order, event, when(event, order));
    expect([decision.order.status, decision.order.payment.status]).toEqual([next, 'NONE']);
    expect(sent(decision)).toEqual(messages);
  });

  it.each([...inFlight, ...terminal, 'CONFIRMED', 'NEEDS_ATTENTION'] as OrderStatus[])(
    'in %s, keeps its status on every event that has no cell',
    (status) => {
      const order = anOrder({ status });
      const others = events.filter(
        (it) => !cells.some(([from, event]) => from === status && JSON.stringify(event) === JSON.stringify(it)),
      );
      expect(others.length).toBeGreaterThan(8);
      for (const event of others) {
        const decision = decide(timings, order, event, when(event, order));
        expect(decision.kind === 'ignored' || decision.order.status).toBe(decision.kind === 'ignored' || status);
      }
    },
  );
});
