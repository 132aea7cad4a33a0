/** What others are told of a decision: details on the timeline, messages, lines that go back to the cart. */
import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { anOrder, aReply, attempt, changed, noon, sent, totals } from '#kit/order/builders.ts';
import { decide } from './decide.ts';
import { replies } from './messages.ts';
import { noPayment } from './payment-status.ts';
import { type OrderStatus, orderStatuses, steps, defaultTimings as timings } from './steps.ts';

const timedOut = { type: 'timedOut' } as const;
const cancel = { type: 'cancelRequested', by: 'STAFF' } as const;
const pay = {
  type: 'payRequested',
  attemptId: attempt('second'),
  method: { paymentMethodToken: 'tok_other' },
} as const;

it('a checkout listens to every reply that its neighbours have', () => {
  expect(replies.map(({ type }) => type).toSorted()).toEqual([
    ...['payment.action-required', 'payment.authorized', 'payment.awaiting-funds', 'payment.cancel-failed'],
    ...['payment.cancelled', 'payment.capture-failed', 'payment.captured', 'payment.declined', 'payment.disputed'],
    ...['payment.refund-failed', 'payment.refunded'],
    ...['stock.commit-failed', 'stock.committed', 'stock.rejected', 'stock.released', 'stock.reserved'],
  ]);
});

it.each([
  ['PLACED', aReply('stock.rejected'), 'INSUFFICIENT_STOCK', null],
  ['COMMITTING', aReply('stock.commit-failed'), 'EXPIRED', null],
  ['AUTHORIZING', aReply('payment.declined'), 'CARD_DECLINED', null],
  ['AUTHORIZING', aReply('payment.authorized'), null, 3_998],
  ['AUTHORIZING', aReply('payment.awaiting-funds'), null, 3_998],
  ['CAPTURING', aReply('payment.captured'), null, 3_998],
  ['COMPENSATING', aReply('payment.cancelled'), 'VOIDED', null],
  [
    'COMPENSATING',
    aReply('payment.cancelled', { outcome: 'REFUNDED', refunded: money(3_998, 'EUR'), totals: totals(3_998, 3_998) }),
    'REFUNDED',
    3_998,
  ],
  ['CAPTURING', aReply('payment.captured', { amount: money(3_998, 'USD') }), null, null],
  ['PLACED', cancel, 'STAFF', null],
  ['PAYMENT_FAILED', pay, 'attempt 2', null],
] as const)('the timeline of an order in %s tells of %j: %s, %s', (status, event, detail, amount) => {
  expect(changed(anOrder({ status }), event).entry).toMatchObject({ detail, amount });
});

it('every message is about the order, and says why it ended', () => {
  const rejected = changed(anOrder(), aReply('stock.rejected'));
  const { failure } = rejected.order;
  const about = { aggregate: { type: 'order', id: rejected.order.id } };
  expect(rejected.messages).toMatchObject([{ ...about, data: { reason: failure?.message } }]);
  expect(failure?.message).toEqual(expect.any(String));
});

it('an order whose payment was declined ends as that', () => {
  const declined = changed(anOrder({ status: 'AUTHORIZING' }), aReply('payment.declined'));
  expect(sent(changed(declined.order, aReply('stock.released')))).toEqual(['order.payment-failed']);
});

it('a payment method is handed on once', () => {
  const order = anOrder({ attempt: { id: attempt('first'), number: 1, method: null } });
  expect(() => decide(timings, order, aReply('stock.reserved'), noon)).toThrow('already handed on');
});

it('what is being undone, or has ended without a sale, is not shipped', () => {
  const shipped = orderStatuses.filter((status) => steps[status].fulfilment === 'UNFULFILLED');
  const expected: OrderStatus[] = ['PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED', 'PAYMENT_FAILED'];
  expect(shipped).toEqual(expected);
  expect(orderStatuses.filter((status) => steps[status].fulfilment === 'CANCELLED')).toHaveLength(4);
});

describe('a reply that has no cell', () => {
  const isIgnored = (order: ReturnType<typeof anOrder>, reply: ReturnType<typeof aReply>) =>
    decide(timings, order, reply, noon).kind === 'ignored';

  it('is no failure to give money back while nothing, or the payment, is being undone', () => {
    const refused = aReply('payment.cancel-failed');
    expect(isIgnored(anOrder({ status: 'CAPTURING' }), refused)).toBe(true);
    expect(isIgnored(anOrder({ status: 'NEEDS_ATTENTION' }), refused)).toBe(true);
  });

  it('is not undone where the order stands, or where its undo is on its way', () => {
    const won = aReply('payment.disputed', { state: 'WON', totals: totals(3_998) });
    expect(sent(changed(anOrder({ status: 'CONFIRMED' }), won))).toEqual(['order.disputed']);
    expect(sent(changed(anOrder({ status: 'COMPENSATING' }), won))).toEqual(['order.disputed']);
    for (const late of ['payment.authorized', 'stock.reserved'] as const)
      expect(isIgnored(anOrder({ status: 'COMPENSATING', undo: ['stock'] }), aReply(late))).toBe(true);
  });

  it('is not undone where all of it has gone back already', () => {
    const late = aReply('payment.captured', { totals: totals(3_998, 3_998) });
    expect(sent(changed(anOrder({ status: 'CANCELLED' }), late))).toEqual(['order.refunded']);
  });

  it('of an earlier attempt, won back from a bank, is undone and told to nobody', () => {
    const won = aReply('payment.disputed', { attemptId: attempt('zeroth'), state: 'WON', totals: totals(3_998) });
    expect(sent(changed(anOrder({ status: 'CONFIRMED' }), won))).toEqual(['payment.cancel']);
  });

  it('a refund of all does not release the goods', () => {
    const all = aReply('payment.refunded', { totals: totals(3_998, 3_998) });
    expect(changed(anOrder({ status: 'COMPENSATING', undo: ['stock'] }), all).order.undo).toEqual(['stock']);
  });

  it('is no time-out by being something else than a reply', () => {
    expect(decide(timings, anOrder({ status: 'CONFIRMED' }), timedOut, noon)).toEqual({
      ...{ kind: 'ignored', because: 'timedOut changes nothing in CONFIRMED' },
    });
  });
});

it('a confirmation counts, however old, when nothing is kept by what is known since', () => {
  const paid = {
    ...noPayment,
    status: 'PARTIALLY_REFUNDED',
    captured: 3_998,
    refunded: 1_000,
    disputed: 2_998,
  } as const;
  const undoing = anOrder({ status: 'COMPENSATING', payment: { ...paid, sequence: 5 } });
  const back = { refunded: money(1_000, 'EUR'), totals: totals(3_998, 1_000, 2_998, 1), sequence: 3 };
  expect(sent(changed(undoing, aReply('payment.cancelled', { outcome: 'REFUNDED', ...back })))).toEqual([
    'stock.release',
  ]);
});

it("what went back in another currency, after an operator has looked, is not counted in the order's", () => {
  const stopped = changed(
    anOrder({ status: 'CAPTURING' }),
    aReply('payment.captured', { amount: money(3_998, 'USD') }),
  ).order;
  const resumed = changed(stopped, { type: 'resumeRequested' }).order;
  const dollars = money(3_998, 'USD');
  const foreign = { captured: dollars, refunded: dollars, disputed: money(0, 'USD'), openDisputes: 0 };
  const back = aReply('payment.cancelled', { outcome: 'REFUNDED', refunded: dollars, totals: foreign });
  const undone = changed(resumed, back);
  expect(undone.order.payment).toMatchObject({ status: 'REFUNDED', captured: 0, refunded: 0 });
  expect(sent(undone)).toEqual(['stock.release']);
});
