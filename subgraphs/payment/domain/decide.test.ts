import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import { anAttempt, aPayment } from '#kit/payment/builders.ts';
import { contradiction } from './bookkeeping.ts';
import { beginPayment, decide, isExpected } from './decide.ts';
import type { ProviderResult } from './provider-results.ts';
import { replyFor } from './replies.ts';

const now = new Date('2026-11-22T12:00:00Z');
const beginning = {
  ...anAttempt(),
  ...{ customerId: newId('User'), amount: money(5_000, 'EUR'), provider: 'simulator', correlationId: 'a-request' },
  method: { token: 'tok_approve' },
};

describe('begin', () => {
  test('requests a hold from the provider', () => {
    const { payment, call, replies } = beginPayment(beginning, { id: newId('Payment'), now, withdrawn: false });
    expect(payment).toMatchObject({ status: 'AUTHORIZING', amount: beginning.amount, authorized: 0 });
    expect(payment).not.toHaveProperty('method');
    expect(call).toEqual({ kind: 'AUTHORIZE', secret: 'tok_approve' });
    expect(replies).toEqual([]);
  });

  test('declines an attempt that was cancelled before it arrived, without calling the provider', () => {
    const { payment, call, replies } = beginPayment(beginning, { id: newId('Payment'), now, withdrawn: true });
    expect(payment.status).toBe('WITHDRAWN');
    expect(call).toBeUndefined();
    expect(replies).toMatchObject([{ type: 'payment.declined', data: { reason: 'WITHDRAWN', paymentId: payment.id } }]);
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

describe('money', () => {
  test('a void that reports an unknown hold books both', () => {
    const voiding = aPayment({ status: 'VOIDING', reference: 'r' });
    const { payment, lines, replies } = decide(voiding, { kind: 'voided', released: money(5_000, 'EUR') }, now);
    expect(lines).toEqual([
      { kind: 'AUTHORIZATION', amount: money(5_000, 'EUR') },
      { kind: 'VOID', amount: money(5_000, 'EUR') },
    ]);
    expect(payment).toMatchObject({ status: 'VOIDED', authorized: 5_000 });
    expect(replies).toMatchObject([{ data: { outcome: 'VOIDED', refunded: null } }]);
  });

  test('a void of nothing books nothing and is reported as NOTHING', () => {
    const voiding = aPayment({ status: 'VOIDING', reference: 'r' });
    const { lines, replies } = decide(voiding, { kind: 'voided', released: null }, now);
    expect(lines).toEqual([]);
    expect(replies).toMatchObject([{ type: 'payment.cancelled', data: { outcome: 'NOTHING' } }]);
  });

  test('a cancelled capture is refunded in full', () => {
    const taken = { authorized: 5_000, captured: 4_000, reference: 'r' };
    const { call } = decide(aPayment({ status: 'CAPTURED', ...taken }), { kind: 'cancel' }, now);
    expect(call).toEqual({ kind: 'REFUND', amount: money(4_000, 'EUR') });
    const refunding = aPayment({ status: 'REFUNDING', ...taken });
    const { payment, replies } = decide(refunding, { kind: 'refunded', amount: money(4_000, 'EUR') }, now);
    expect(payment.refunded).toBe(4_000);
    expect(replies).toMatchObject([{ data: { outcome: 'REFUNDED', refunded: money(4_000, 'EUR') } }]);
  });
});

describe('a result about another amount or currency than requested', () => {
  const [all, less, more, dollars] = [5_000, 4_999, 5_001].map((it) => money(it, 'EUR')).concat(money(5_000, 'USD'));
  const held = aPayment({ status: 'VOIDING', authorized: 5_000, reference: 'r' });
  const approved = (amount = all) => ({ kind: 'approved', reference: 'r', held: amount }) as ProviderResult;
  const captured = (amount = all, left = 0) =>
    ({ kind: 'captured', amount, held: money(left, 'EUR') }) as ProviderResult;
  const refunded = (amount = all) => ({ kind: 'refunded', amount }) as ProviderResult;
  const voided = (released: Money | null | undefined = all) => ({ kind: 'voided', released }) as ProviderResult;
  const voidRefused = (amount = all) => ({ kind: 'voidRefused', reason: 'No.', held: amount }) as ProviderResult;

  test.each([
    ...[approved(), captured(), refunded(), voided(), voided(null), voidRefused()],
    // Less than was asked for can be booked: the order is told how much, and stops.
    ...[approved(less), captured(less), captured(less, 1), voidRefused(less)],
    { kind: 'processing', reference: 'r' } as const,
  ])('is consistent: %j', (answer) => {
    expect(contradiction(held, answer, all)).toBeUndefined();
  });

  test.each([
    ...[approved(more), captured(more), refunded(more), voided(more), voidRefused(more)],
    ...[approved(dollars), captured(dollars), refunded(dollars), voided(dollars), voidRefused(dollars)],
    ...[approved(money(0, 'EUR')), captured(money(0, 'EUR')), captured(money(-1, 'EUR'))],
    ...[refunded(less), voided(less)],
  ])('contradicts the request and cannot be booked: %j', (answer) => {
    expect(contradiction(held, answer, all)).toMatch(/^the provider reports "\w+" of -?[\d.]+ \w+, but 50.00 EUR was/);
  });

  test('is booked and reported as it is when it is less', () => {
    const { payment, lines, replies } = decide(aPayment(), approved(less), now);
    expect(payment).toMatchObject({ status: 'AUTHORIZED', authorized: 4_999 });
    expect(lines).toEqual([{ kind: 'AUTHORIZATION', amount: less }]);
    expect(replies).toMatchObject([{ type: 'payment.authorized', data: { amount: less } }]);
    const capturing = aPayment({ status: 'CAPTURING', authorized: 5_000, reference: 'r' });
    expect(decide(capturing, captured(less), now)).toMatchObject({
      payment: { status: 'CAPTURED', captured: 4_999 },
      lines: [
        { kind: 'CAPTURE', amount: less },
        { kind: 'VOID', amount: money(1, 'EUR') },
      ],
      replies: [{ data: { amount: less, isFinal: true } }],
    });
  });

  test('holds for what is still held after a capture in part, and for what is released of it', () => {
    const [part, rest] = [money(2_000, 'EUR'), money(3_000, 'EUR')];
    expect(contradiction(held, captured(part, 3_000), part)).toBeUndefined();
    expect(contradiction(held, captured(part, 3_001), part)).toContain('"held" of 30.01 EUR, but 30.00 EUR was');
    expect(contradiction(held, { ...captured(part), held: money(0, 'USD') } as ProviderResult, part)).toContain('USD');
    const partly = aPayment({ status: 'VOIDING', authorized: 5_000, captured: 2_000, reference: 'r' });
    expect(contradiction(partly, voided(rest))).toBeUndefined();
    expect(contradiction(partly, voided(all))).toContain('30.00 EUR was requested');
    expect(contradiction(partly, captured(part, 1_001), part)).toContain('10.00 EUR was');
  });
});

describe('waiting for an outside event', () => {
  const processing = { kind: 'processing', reference: 'r' } as const;

  test('ends in a check when no event arrives', () => {
    const { payment } = decide(aPayment(), processing, now);
    expect(payment).toMatchObject({ status: 'PROCESSING', nextCheckAt: new Date('2026-11-22T12:00:10Z') });
  });

  test('ends at once when the webhook was faster than the answer', () => {
    const { payment } = decide(aPayment({ nextCheckAt: now }), processing, now);
    expect(payment.nextCheckAt).toEqual(now);
  });

  test('leaves no scheduled check behind', () => {
    const waiting = aPayment({ status: 'PROCESSING', reference: 'r', nextCheckAt: now });
    const { payment } = decide(waiting, { kind: 'approved', reference: 'r', held: money(5_000, 'EUR') }, now);
    expect(payment).toMatchObject({ status: 'AUTHORIZED', nextCheckAt: null });
  });
});

test('an unexpected result is a bug and is not ignored', () => {
  const declined = aPayment({ status: 'DECLINED', declineReason: 'CARD_DECLINED' });
  expect(isExpected(declined, 'captured')).toBe(false);
  expect(() => decide(declined, { kind: 'captured', amount: money(1, 'EUR'), held: money(0, 'EUR') }, now)).toThrow(
    'unexpected captured',
  );
});

test.each([
  ['WITHDRAWN', 'VOIDED', null, null],
  ['CARD_DECLINED', 'DECLINED', 'CARD_DECLINED', 'No.'],
] as const)('a repeated authorization is declined with %s when %s', (reason, status, declineReason, reasonText) => {
  expect(replyFor('declined', aPayment({ status, declineReason, reasonText }))).toMatchObject({ data: { reason } });
});
