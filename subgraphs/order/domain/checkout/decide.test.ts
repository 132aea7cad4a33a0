import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { aNewOrder, anOrder, aReply, attempt, changed, later, noon, sent } from '#kit/order/builders.ts';
import { begin, decide } from './decide.ts';
import { defaultTimings as timings } from './steps.ts';

const long = later(24 * 60 * 60_000);
const timedOut = { type: 'timedOut' } as const;
const pay = {
  type: 'payRequested',
  attemptId: attempt('second'),
  method: { paymentMethodToken: 'tok_other' },
} as const;
const resume = { type: 'resumeRequested' } as const;

describe('undoing', () => {
  it('goes in reverse, one part at a time, and ends where it was heading', () => {
    const order = anOrder({ status: 'COMPENSATING' });
    const half = changed(order, aReply('payment.cancelled'));
    expect(half.order).toMatchObject({ undo: ['stock'], payment: { status: 'VOIDED' } });
    const whole = changed(half.order, aReply('stock.released'));
    expect(whole.order).toMatchObject({ status: 'CANCELLED', undo: [], compensateTo: null, step: { deadline: null } });
    expect(sent(whole)).toEqual(['order.cancelled']);
  });

  it('only releases the stock when the card is declined, and then lets the customer try again', () => {
    const declined = changed(anOrder({ status: 'AUTHORIZING' }), aReply('payment.declined'));
    expect(declined.order).toMatchObject({
      undo: ['stock'],
      compensateTo: 'PAYMENT_FAILED',
      payment: { status: 'DECLINED' },
    });
    const released = changed(declined.order, aReply('stock.released'));
    expect(released.order.status).toBe('PAYMENT_FAILED');
    expect(released.order.step.deadline).toEqual(released.order.expiresAt);
    const lateReleased = changed(declined.order, aReply('stock.released'), later(60_000));
    expect(lateReleased.order.step.deadline).toEqual(declined.order.expiresAt);
    expect(released.order.failure).toMatchObject({ kind: 'PaymentDeclined', reason: 'CARD_DECLINED' });
  });

  it('does not take the confirmation of a later undo for that of the one in hand', () => {
    expect(decide(timings, anOrder({ status: 'COMPENSATING' }), aReply('stock.released'), noon).kind).toBe('ignored');
  });

  it('asks five times, with twice the patience each time, and then calls an operator', () => {
    let order = anOrder({ status: 'COMPENSATING' });
    const waitsMs: number[] = [];
    let now = noon;
    for (let decision = changed(order, timedOut, long); ; decision = changed(order, timedOut, now)) {
      if (decision.order.status === 'NEEDS_ATTENTION') {
        expect(decision.alarm).toContain('no answer to 5 requests');
        break;
      }
      waitsMs.push((decision.order.step.deadline?.getTime() ?? 0) - (waitsMs.length === 0 ? long : now).getTime());
      now = decision.order.step.deadline ?? now;
      order = decision.order;
    }
    expect(waitsMs).toEqual([60_000, 120_000, 240_000, 480_000]);
  });

  it('goes on by itself when the confirmation comes after all', () => {
    const parked = anOrder({ status: 'NEEDS_ATTENTION', undo: ['stock'] });
    expect(changed(parked, aReply('stock.released')).order.status).toBe('CANCELLED');
  });

  it('gives a resumed undo all its tries again', () => {
    const parked = anOrder({ status: 'NEEDS_ATTENTION', step: { deadline: null, sends: 5 } });
    expect(changed(parked, resume).order.step).toEqual({ deadline: later(30_000), sends: 1 });
  });

  it('calls an operator when the payment cannot be undone, with the reason for operators only', () => {
    const parked = changed(anOrder({ status: 'COMPENSATING' }), aReply('payment.cancel-failed'));
    expect(parked.alarm).toContain('the provider is bankrupt');
    expect(parked.entry.detail).toBeNull();
    expect(parked.order.step.deadline).toBeNull();
  });
});

describe('time', () => {
  it('does nothing before the deadline', () => {
    expect(decide(timings, anOrder(), timedOut, later(59_999)).kind).toBe('ignored');
  });

  it('asks for the capture three times before it gives the money back', () => {
    let order = anOrder({ status: 'CAPTURING' });
    for (const sends of [2, 3]) {
      const decision = changed(order, timedOut, order.step.deadline ?? noon);
      expect(decision.order.step.sends).toBe(sends);
      expect(decision.order.step.deadline).toEqual(later(60_000, order.step.deadline ?? noon));
      expect(sent(decision)).toEqual(['payment.capture']);
      order = decision.order;
    }
    const given = changed(order, timedOut, order.step.deadline ?? noon);
    expect(given.order).toMatchObject({ status: 'COMPENSATING', failure: { reason: 'PAYMENT_TIMED_OUT' } });
  });

  it('takes note of what staff captured in part, and asks for what is missing', () => {
    const totals = {
      captured: money(1_000, 'EUR'),
      refunded: money(0, 'EUR'),
      disputed: money(0, 'EUR'),
      openDisputes: 0,
    };
    const part = aReply('payment.captured', { amount: totals.captured, isFinal: false, totals });
    const committing = changed(anOrder({ status: 'COMMITTING' }), part);
    expect(committing.order).toMatchObject({ status: 'COMMITTING', payment: { captured: 1_000 } });
    expect(sent(committing)).toEqual([]);
    const meanwhile = changed(anOrder({ status: 'CAPTURING' }), part);
    expect(meanwhile.order).toMatchObject({ status: 'CAPTURING', payment: { captured: 1_000 } });
    const capturing = changed(committing.order, aReply('stock.committed'));
    expect(capturing.messages).toMatchObject([
      { type: 'payment.capture', data: { amount: money(2_998, 'EUR'), capturedBefore: 1_000 } },
    ]);
    const whole = changed(capturing.order, aReply('payment.captured', { sequence: 9 } as never));
    expect(whole.order.status).toBe('CONFIRMED');
  });

  it('asks for all of it again where staff have captured everything: the payment answers that it is', () => {
    const captured = anOrder({ status: 'COMMITTING' });
    const order = { ...captured, payment: { ...captured.payment, captured: captured.total.amount } };
    const { messages } = changed(order, aReply('stock.committed'));
    expect(messages).toMatchObject([{ type: 'payment.capture', data: { amount: captured.total } }]);
    expect(messages.map(({ data }) => (data as { capturedBefore?: number }).capturedBefore ?? 0)).toEqual([0]);
  });

  it('gives the customer a quarter of an hour for the extra step, once', () => {
    const asked = changed(anOrder({ status: 'AUTHORIZING' }), aReply('payment.action-required'));
    expect(asked.order.step.deadline).toEqual(later(15 * 60_000));
    expect(asked.order.payment).toMatchObject({ status: 'ACTION_REQUIRED', actionUrl: expect.any(String) });
    expect(decide(timings, asked.order, aReply('payment.action-required'), later(60_000)).kind).toBe('ignored');
    expect(changed(asked.order, timedOut, long).order.failure).toMatchObject({ reason: 'ACTION_TIMED_OUT' });
    expect(changed(asked.order, aReply('payment.authorized')).order.payment).toMatchObject({
      status: 'AUTHORIZED',
      id: null,
      actionUrl: null,
    });
  });

  it('holds the stock for longer than all steps up to its sale may take', () => {
    const { waitMs } = timings;
    const slowestMs = waitMs.reserve + waitMs.authorize + waitMs.commit;
    const held = (paymentMethodToken: string) => {
      const paid = aNewOrder({ attempt: { id: attempt('first'), number: 1, method: { paymentMethodToken } } });
      return (begin(timings, paid, noon).messages[1]?.data as { ttlMs: number } | undefined)?.ttlMs;
    };
    expect(held('tok_approve')).toBeGreaterThan(slowestMs + waitMs.action);
    expect(held('tok_approve')).toBeLessThan(waitMs.funds);
    for (const token of ['offline_transfer', 'offline_cash'])
      expect(held(token)).toBeGreaterThan(slowestMs + waitMs.funds);
  });

  it('waits a week for the money of a transfer, says until when, and then gives up', () => {
    const asked = changed(anOrder({ status: 'AUTHORIZING' }), aReply('payment.awaiting-funds'));
    const week = later(7 * 24 * 60 * 60_000);
    expect(asked.order).toMatchObject({
      ...{ status: 'AUTHORIZING', expiresAt: week, step: { deadline: week } },
      payment: { status: 'AWAITING_FUNDS', id: expect.any(String), actionUrl: null },
    });
    expect(asked.messages).toMatchObject([{ type: 'order.awaiting-funds', data: { dueAt: week.toISOString() } }]);
    expect(decide(timings, asked.order, aReply('payment.awaiting-funds'), later(60_000)).kind).toBe('ignored');
    expect(decide(timings, asked.order, timedOut, later(-1, week)).kind).toBe('ignored');
    const over = changed(asked.order, timedOut, week);
    expect(over.order.failure).toMatchObject({ kind: 'OrderCancelled', reason: 'FUNDS_TIMED_OUT' });
    expect(sent(over)).toEqual(['payment.cancel']);
    const paid = changed(asked.order, aReply('payment.authorized'));
    expect(paid.order).toMatchObject({ status: 'COMMITTING', payment: { status: 'AUTHORIZED', id: null } });
  });

  it('takes no payment for an order that has expired', () => {
    const order = anOrder({ status: 'PAYMENT_FAILED' });
    expect(decide(timings, order, pay, order.expiresAt).kind).toBe('ignored');
    expect(changed(order, timedOut, order.expiresAt).order.failure).toMatchObject({ reason: 'EXPIRED' });
  });
});

describe('another attempt', () => {
  const second = changed(anOrder({ status: 'PAYMENT_FAILED' }), pay).order;

  it('starts from the beginning, under an id of its own', () => {
    expect(second).toMatchObject({
      status: 'PLACED',
      attempt: { id: attempt('second'), number: 2, method: { paymentMethodToken: 'tok_other' } },
      payment: { status: 'NONE' },
      failure: null,
    });
  });

  it.each([
    ['stock.reserved', 'stock.release'],
    ['stock.committed', 'stock.release'],
    ['payment.authorized', 'payment.cancel'],
    ['payment.action-required', 'payment.cancel'],
    ['payment.captured', 'payment.cancel'],
  ] as const)('answers %s of the one before with %s, and goes on undisturbed', (type, undo) => {
    const decision = changed(second, aReply(type));
    expect(sent(decision)).toEqual([undo]);
    expect(decision.messages[0]?.data).toMatchObject({ attemptId: attempt('first') });
    expect(decision.order).toEqual({ ...second, version: second.version + 1 });
  });

  it.each([
    'stock.rejected',
    'stock.released',
    'stock.commit-failed',
    'payment.declined',
    'payment.cancelled',
  ] as const)('ignores %s of the one before', (type) => {
    expect(decide(timings, second, aReply(type), noon).kind).toBe('ignored');
  });

  it('calls an operator when the one before could not be undone', () => {
    const decision = changed(second, aReply('payment.cancel-failed'));
    expect(sent(decision)).toEqual(['order.needs-attention']);
    expect(decision.alarm).toContain(attempt('first'));
    expect(decision.order.status).toBe('PLACED');
  });
});

describe('the payment method', () => {
  it('is forgotten as soon as it is handed on, or of no more use', () => {
    expect(changed(anOrder(), aReply('stock.reserved')).order.attempt.method).toBeNull();
    expect(changed(anOrder(), aReply('stock.rejected')).order.attempt.method).toBeNull();
  });

  it('goes to the payment service with the amount', () => {
    const [authorize] = changed(anOrder(), aReply('stock.reserved')).messages;
    expect(authorize?.data).toMatchObject({ paymentMethodToken: 'tok_approve', amount: money(3_998, 'EUR') });
  });
});
