/** What becomes of an order when its money is moved by staff, by its provider or by a bank, in whatever order that is told. */
import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { anOrder, aReply, attempt, changed, noon, sent, totals } from '#kit/order/builders.ts';
import type { Order } from '../order/order.ts';
import { decide } from './decide.ts';
import type { Reply } from './messages.ts';
import { noPayment } from './payment-status.ts';
import { defaultTimings as timings, touchedBy } from './steps.ts';

const euros = (cents: number) => money(cents, 'EUR');
const refund = (cents: number, all: number, sequence: number) =>
  aReply('payment.refunded', { amount: euros(cents), totals: totals(3_998, all), sequence });
const failed = (all: number, sequence: number) =>
  aReply('payment.refund-failed', { amount: euros(1_000), totals: totals(3_998, all), sequence });
const disputed = (state: 'OPENED' | 'WON' | 'LOST', sequence: number, called: number) =>
  aReply('payment.disputed', {
    ...{ state, sequence },
    totals: totals(3_998, 0, called, state === 'OPENED' ? 1 : 0),
  });
const captured = aReply('payment.captured');

/** The order after all that it does not ignore, and what was sent for it. */
const told = (order: Order, ...replies: readonly Reply[]) => {
  const types: string[] = [];
  const alarms: string[] = [];
  let now = order;
  for (const reply of replies) {
    const decision = decide(timings, now, reply, noon);
    if (decision.kind === 'ignored') continue;
    now = decision.order;
    types.push(...sent(decision));
    if (decision.alarm) alarms.push(decision.alarm);
  }
  return { order: now, types, alarms };
};

const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

describe('a refund of a confirmed order', () => {
  it('leaves its status alone, tells the customer the amount, and stands on the timeline', () => {
    const part = changed(anOrder({ status: 'CONFIRMED' }), refund(1_000, 1_000, 2));
    expect(part.order).toMatchObject({
      status: 'CONFIRMED',
      payment: { status: 'PARTIALLY_REFUNDED', refunded: 1_000 },
    });
    expect(part.entry).toMatchObject({ event: 'payment.refunded', amount: 1_000 });
    expect(part.messages).toMatchObject([
      { type: 'order.refunded', data: { amount: euros(1_000), refundedTotal: euros(1_000) } },
    ]);
    const whole = changed(part.order, refund(2_998, 3_998, 3));
    expect(whole.order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'REFUNDED' } });
    expect(whole.messages).toMatchObject([{ data: { amount: euros(2_998), refundedTotal: euros(3_998) } }]);
  });

  it.each(
    permutations([captured, refund(1_000, 1_000, 2), refund(500, 1_500, 3), failed(500, 4), refund(700, 1_200, 5)]),
  )('comes out right in whatever order it is told: %#', (...replies) => {
    const { order } = told(anOrder({ status: 'CAPTURING' }), ...replies, ...replies);
    expect(order).toMatchObject({
      status: 'CONFIRMED',
      payment: { status: 'PARTIALLY_REFUNDED', captured: 3_998, refunded: 1_200 },
    });
  });

  it('is told to the customer in sums that come to what was refunded, when the later one comes first', () => {
    const { order } = told(anOrder({ status: 'CONFIRMED' }), refund(500, 1_500, 3));
    const late = changed(order, refund(1_000, 1_000, 2));
    expect(sent(late)).toEqual([]);
    expect(late.order.payment.refunded).toBe(1_500);
  });

  it('that comes back is an alarm, and the order says again that it is paid', () => {
    const { order, alarms, types } = told(anOrder({ status: 'CONFIRMED' }), refund(1_000, 1_000, 2), failed(0, 3));
    expect(order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'PAID', refunded: 0 } });
    expect(alarms).toEqual(['the refund of 10.00 EUR failed: the card is gone']);
    expect(types).toEqual(['order.refunded', 'order.needs-attention']);
  });

  it('that is refused at once is an alarm for staff alone', () => {
    const { alarms, types } = told(anOrder({ status: 'CONFIRMED' }), failed(0, 2));
    expect([alarms.length, types]).toEqual([1, []]);
  });

  it.each([
    ['more than was captured', totals(3_998, 3_999), '39.99 EUR was refunded, and 39.98 EUR was captured'],
    [
      'of more than the order comes to',
      totals(7_996, 1_000),
      '79.96 EUR was captured, and the order comes to 39.98 EUR',
    ],
    ['of less than was captured before', totals(1_000, 1_000), '10.00 EUR was captured, and before it was 39.98 EUR'],
    ['in another currency', { ...totals(3_998), refunded: money(1_000, 'USD') }, '10.00 USD was moved'],
  ] as const)('%s calls an operator and is not believed', (_, all, alarm) => {
    const order = anOrder({ status: 'CONFIRMED' });
    const stopped = changed(order, aReply('payment.refunded', { totals: all, sequence: 2 }));
    expect(stopped.alarm).toContain(alarm);
    expect(stopped.order).toMatchObject({ status: 'CONFIRMED', payment: order.payment });
    expect(stopped.entry.event).toBe('wrongAmount');
    expect(sent(stopped)).toEqual(['order.needs-attention']);
  });
});

describe('what staff do by hand while an order is under way', () => {
  it.each(['AUTHORIZING', 'COMMITTING', 'CAPTURING'] as const)('a void in %s undoes it', (status) => {
    const voided = changed(anOrder({ status }), aReply('payment.cancelled'));
    expect(voided.order).toMatchObject({
      ...{ status: 'COMPENSATING', compensateTo: 'CANCELLED', undo: ['payment', 'stock'] },
      failure: { kind: 'OrderCancelled', reason: 'PAYMENT_VOIDED' },
    });
  });

  it('a capture of all before it was asked for is known, and confirms once it is asked for', () => {
    const early = changed(anOrder({ status: 'COMMITTING' }), captured);
    expect(early.order).toMatchObject({ status: 'COMMITTING', payment: { status: 'PAID' } });
    expect(sent(early)).toEqual([]);
    const capturing = changed(early.order, aReply('stock.committed'));
    expect(changed(capturing.order, aReply('payment.captured', { sequence: 2 })).order.status).toBe('CONFIRMED');
  });

  it('a capture of a part confirms nothing, though it leaves the hold', () => {
    const part = aReply('payment.captured', { amount: euros(1_000), totals: totals(1_000) });
    const early = changed(anOrder({ status: 'COMMITTING' }), part);
    expect(early.order.payment).toMatchObject({ status: 'AUTHORIZED', captured: 1_000 });
    const asked = changed(early.order, aReply('stock.committed')).order;
    const rest = aReply('payment.captured', { totals: totals(1_000), sequence: 2 });
    for (const wrong of [rest, aReply('payment.captured', { amount: euros(2_998), sequence: 2 })])
      expect(changed(asked, wrong)).toMatchObject({ order: { status: 'NEEDS_ATTENTION' }, alarm: expect.any(String) });
  });

  it('a refund of all settles an undo that the provider had refused', () => {
    const parked = changed(
      anOrder({ status: 'COMPENSATING', payment: { ...noPayment, status: 'PAID', captured: 3_998 } }),
      aReply('payment.cancel-failed'),
    ).order;
    const part = changed(parked, refund(1_000, 1_000, 2));
    expect(part.order.status).toBe('NEEDS_ATTENTION');
    const settled = changed(part.order, refund(2_998, 3_998, 3));
    expect(settled.order).toMatchObject({ status: 'COMPENSATING', undo: ['stock'], payment: { status: 'REFUNDED' } });
    expect(sent(settled)).toEqual(['stock.release', 'order.refunded']);
  });

  it('a refund of all that was captured settles nothing while the rest is held', () => {
    const undoing = anOrder({ status: 'COMPENSATING' });
    const part = aReply('payment.refunded', { amount: euros(1_000), totals: totals(1_000, 1_000) });
    expect(changed(undoing, part).order.undo).toEqual(['payment', 'stock']);
  });
});

describe('money of an order that has ended', () => {
  const ended = anOrder({ status: 'CANCELLED' });

  it('captured late is undone, and told as what it is', () => {
    const late = changed(ended, captured);
    expect(sent(late)).toEqual(['payment.cancel']);
    expect(late.order).toMatchObject({ status: 'CANCELLED', payment: { status: 'PAID' } });
    const back = aReply('payment.cancelled', {
      ...{ outcome: 'REFUNDED', refunded: euros(3_998), totals: totals(3_998, 3_998), sequence: 2 },
    });
    const undone = changed(late.order, back);
    expect(undone.order).toMatchObject({ status: 'CANCELLED', payment: { status: 'REFUNDED' } });
    expect(sent(undone)).toEqual(['order.refunded']);
    expect(decide(timings, undone.order, aReply('payment.captured'), noon)).toMatchObject({
      order: { payment: undone.order.payment },
    });
  });

  it('agreed on late is called off', () => {
    expect(sent(changed(ended, aReply('payment.awaiting-funds')))).toEqual(['payment.cancel']);
  });

  it('that came back from a bank is refunded', () => {
    const lost = changed(ended, disputed('OPENED', 2, 3_998));
    expect(sent(lost)).toEqual(['order.disputed']);
    expect(sent(changed(lost.order, disputed('WON', 3, 0)))).toEqual(['payment.cancel', 'order.disputed']);
  });

  it('is refunded even if the bank decides while the goods are still on their way back', () => {
    const undoing = anOrder({ status: 'COMPENSATING', undo: ['stock'] });
    const won = changed(undoing, disputed('WON', 3, 0));
    expect(sent(won)).toEqual(['payment.cancel', 'order.disputed']);
    const refused = changed(won.order, aReply('payment.cancel-failed', { sequence: 4 }));
    expect(refused.alarm).toContain('could not be called back');
    expect(refused.order).toMatchObject({ status: 'COMPENSATING', undo: ['stock'] });
  });

  it('is asked back again when the confirmation is older than the bank that gave it back', () => {
    const undoing = anOrder({ status: 'COMPENSATING', undo: touchedBy('CAPTURING') });
    const { order } = told(undoing, disputed('OPENED', 2, 3_998), disputed('WON', 4, 0));
    const stale = aReply('payment.cancelled', {
      ...{ outcome: 'REFUNDED', refunded: euros(0), totals: totals(3_998, 0, 3_998, 1), sequence: 3 },
    });
    expect(decide(timings, order, stale, noon).kind).toBe('ignored');
    expect(order.undo[0]).toBe('payment');
  });

  it('of an earlier attempt says nothing about the latest', () => {
    const order = anOrder({ status: 'CONFIRMED' });
    const earlier = { attemptId: attempt('zeroth'), sequence: 9 };
    expect(decide(timings, order, { ...aReply('payment.refunded', earlier) }, noon).kind).toBe('ignored');
    const late = changed(order, aReply('payment.captured', earlier));
    expect([sent(late), late.order.payment]).toEqual([['payment.cancel'], order.payment]);
    const alarm = changed(order, aReply('payment.refund-failed', earlier));
    expect([alarm.alarm, alarm.order.payment]).toEqual([expect.any(String), order.payment]);
  });
});

describe('a dispute', () => {
  it('of a confirmed order is told, and known to be open until it is decided', () => {
    const opened = changed(anOrder({ status: 'CONFIRMED' }), disputed('OPENED', 2, 3_998));
    expect(opened.order).toMatchObject({ status: 'CONFIRMED', payment: { status: 'PAID', openDisputes: 1 } });
    expect(opened.entry).toMatchObject({ event: 'payment.disputed', detail: 'OPENED', amount: 3_998 });
    expect(opened.messages).toMatchObject([
      { type: 'order.disputed', data: { state: 'OPENED', amount: euros(3_998) } },
    ]);
    for (const [state, called] of [
      ['WON', 0],
      ['LOST', 3_998],
    ] as const)
      expect(changed(opened.order, disputed(state, 3, called)).order.payment).toMatchObject({
        ...{ openDisputes: 0, disputed: called },
      });
  });

  it('that is decided before it is known to have been opened is not open', () => {
    const { order, types } = told(
      anOrder({ status: 'CONFIRMED' }),
      disputed('LOST', 3, 3_998),
      disputed('OPENED', 2, 3_998),
    );
    expect(order.payment.openDisputes).toBe(0);
    expect(types).toEqual(['order.disputed', 'order.disputed']);
  });

  it('of everything leaves nothing to refund, and a cancellation that says so is right', () => {
    const undoing = anOrder({ status: 'COMPENSATING', payment: { ...noPayment, status: 'PAID', captured: 3_998 } });
    const nothing = { outcome: 'REFUNDED', refunded: euros(0), sequence: 3 } as const;
    const right = aReply('payment.cancelled', { ...nothing, totals: totals(3_998, 0, 3_998, 1) });
    expect(sent(changed(undoing, right))).toEqual(['stock.release']);
    const short = aReply('payment.cancelled', { ...nothing, totals: totals(3_998, 0, 3_997, 1) });
    expect(changed(undoing, short).alarm).toContain('0.01 EUR is neither refunded nor called back by a bank');
  });
});
