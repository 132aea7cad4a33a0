/** Captures, at once and in parts, and what undoes them. */
import { describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { decide } from './decide.ts';

const now = new Date('2026-11-22T12:00:00Z');

describe('a capture that is not called for', () => {
  test('because its provider does not capture in parts says so, and the hold remains', () => {
    const payment = aPayment({ status: 'AUTHORIZED', authorized: 5_000, reference: 'r' });
    const part = { kind: 'capture', amount: money(2_000, 'EUR'), isFinal: false, isPossible: false } as const;
    const decided = decide(payment, part, now);
    expect(decided).toMatchObject({ payment, lines: [], replies: [{ type: 'payment.capture-failed' }] });
    expect(decided.call).toBeUndefined();
  });

  test.each([
    ['AUTHORIZING', {}, [['payment.capture-failed', 'Nothing to capture: AUTHORIZING.']]],
    ['CAPTURE_FAILED', { reasonText: 'No.' }, [['payment.capture-failed', 'No.']]],
    ['CAPTURING', {}, []],
    ['CAPTURED', { captured: 5_000 }, [['payment.captured', undefined]]],
  ] as const)('when %s changes nothing', (status, before, replies) => {
    const payment = aPayment({ status, authorized: 5_000, reference: 'r', ...before });
    const decided = decide(payment, { kind: 'capture', amount: money(5_000, 'EUR') }, now);
    expect(decided).toMatchObject({ payment, lines: [] });
    expect(decided.call).toBeUndefined();
    expect(decided.replies.map(({ type, data }) => [type, (data as { reason?: string }).reason])).toEqual(replies);
  });
});

describe('a cancel of what is captured', () => {
  test.each([
    ['gives all of it back', {}, 'REFUNDING', 5_000, []],
    ['gives back what is left', { refunded: 1_500 }, 'REFUNDING', 3_500, []],
    ['not what banks have called back', { refunded: 1_500, disputed: 300 }, 'REFUNDING', 3_200, []],
    ['waits for refunds under way', { refunded: 1_500, refunding: 500 }, 'CANCELLING', undefined, []],
    ['is done when nothing is left', { refunded: 5_000 }, 'REFUNDED', undefined, ['payment.cancelled']],
  ] as const)('%s', (_, before, status, undoes, replies) => {
    const payment = aPayment({ status: 'CAPTURED', authorized: 5_000, captured: 5_000, reference: 'r', ...before });
    const decided = decide(payment, { kind: 'cancel' }, now);
    expect(decided.payment).toEqual({ ...payment, status });
    expect(decided.call).toEqual(undoes === undefined ? undefined : { kind: 'REFUND', amount: money(undoes, 'EUR') });
    expect([decided.lines, decided.replies.map(({ type }) => type)]).toEqual([[], replies]);
  });
});

describe('capture', () => {
  const held = aPayment({ status: 'AUTHORIZED', authorized: 5_000, reference: 'r' });

  test('of the whole hold is requested from the provider', () => {
    const { payment, call } = decide(held, { kind: 'capture', amount: money(5_000, 'EUR') }, now);
    expect(payment.status).toBe('CAPTURING');
    expect(call).toEqual({ kind: 'CAPTURE', amount: money(5_000, 'EUR'), isFinal: true });
  });

  test('of a part leaves the rest held, and the same one asked for again takes nothing more', () => {
    const part = { kind: 'capture', amount: money(2_000, 'EUR'), isFinal: false } as const;
    const { payment: capturing, call } = decide(held, part, now);
    expect(call).toEqual({ kind: 'CAPTURE', amount: part.amount, isFinal: false });
    const done = decide(capturing, { kind: 'captured', amount: part.amount, held: money(3_000, 'EUR') }, now);
    expect(done).toMatchObject({
      payment: { status: 'AUTHORIZED', captured: 2_000, authorized: 5_000 },
      lines: [{ kind: 'CAPTURE', amount: part.amount }],
      replies: [{ type: 'payment.captured', data: { amount: part.amount, isFinal: false } }],
    });
    const again = decide(done.payment, part, now);
    expect(again).toMatchObject({ payment: done.payment, lines: [], replies: [{ type: 'payment.captured' }] });
    expect(again.call).toBeUndefined();
    const rest = decide(done.payment, { kind: 'capture', amount: money(3_000, 'EUR'), capturedBefore: 2_000 }, now);
    expect(rest.call).toEqual({ kind: 'CAPTURE', amount: money(3_000, 'EUR'), isFinal: true });
  });

  test.each([
    ['more than is left of the hold', { amount: money(3_001, 'EUR'), capturedBefore: 2_000 }],
    ['one that follows captures we know nothing of', { amount: money(1_000, 'EUR'), capturedBefore: 2_001 }],
  ])('of %s is refused', (_, capture) => {
    const partly = aPayment({ status: 'AUTHORIZED', authorized: 5_000, captured: 2_000, reference: 'r' });
    const { payment, call, replies } = decide(partly, { kind: 'capture', ...capture }, now);
    expect([payment, call]).toEqual([partly, undefined]);
    expect(replies).toMatchObject([{ type: 'payment.capture-failed' }]);
  });

  test('in part is undone by a void of the rest and a refund of the part', () => {
    const partly = aPayment({ status: 'AUTHORIZED', authorized: 5_000, captured: 2_000, reference: 'r' });
    const { payment: voiding, call } = decide(partly, { kind: 'cancel' }, now);
    expect(call).toEqual({ kind: 'VOID' });
    const refunding = decide(voiding, { kind: 'voided', released: money(3_000, 'EUR') }, now);
    expect(refunding).toMatchObject({
      payment: { status: 'REFUNDING' },
      call: { kind: 'REFUND', amount: money(2_000, 'EUR') },
      lines: [{ kind: 'VOID', amount: money(3_000, 'EUR') }],
      replies: [],
    });
    expect(decide(refunding.payment, { kind: 'refunded', amount: money(2_000, 'EUR') }, now)).toMatchObject({
      payment: { status: 'REFUNDED' },
      replies: [{ type: 'payment.cancelled', data: { outcome: 'REFUNDED' } }],
    });
  });

  test.each([
    ['more than is held', money(5_001, 'EUR')],
    ['another currency', money(5_000, 'USD')],
    ['nothing', money(0, 'EUR')],
    ['a negative amount', money(-1, 'EUR')],
  ])('of %s is refused without a call, and the hold remains', (_, amount) => {
    const { payment, call, replies } = decide(held, { kind: 'capture', amount }, now);
    expect(payment).toEqual(held);
    expect(call).toBeUndefined();
    expect(replies).toMatchObject([{ type: 'payment.capture-failed' }]);
  });
});
