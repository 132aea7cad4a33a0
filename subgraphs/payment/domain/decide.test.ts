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
    expect(call).toEqual({ kind: 'CAPTURE', amount: money(5_000, 'EUR') });
  });

  test.each([
    ['more than is held', money(5_001, 'EUR')],
    ['less than is held', money(4_999, 'EUR')],
    ['a cent', money(1, 'EUR')],
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
  const captured = (amount = all) => ({ kind: 'captured', amount }) as ProviderResult;
  const refunded = (amount = all) => ({ kind: 'refunded', amount }) as ProviderResult;
  const voided = (released: Money | null | undefined = all) => ({ kind: 'voided', released }) as ProviderResult;
  const voidRefused = (amount = all) => ({ kind: 'voidRefused', reason: 'No.', held: amount }) as ProviderResult;

  test.each([
    ...[approved(), captured(), refunded(), voided(), voided(null), voidRefused()],
    // Less than was asked for can be booked: the order is told how much, and stops.
    ...[approved(less), captured(less), voidRefused(less)],
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
    expect(decide(capturing, captured(less), now).replies).toMatchObject([{ data: { amount: less } }]);
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
  expect(() => decide(declined, { kind: 'captured', amount: money(1, 'EUR') }, now)).toThrow('unexpected captured');
});

test.each([
  ['WITHDRAWN', 'VOIDED', null, null],
  ['CARD_DECLINED', 'DECLINED', 'CARD_DECLINED', 'No.'],
] as const)('a repeated authorization is declined with %s when %s', (reason, status, declineReason, reasonText) => {
  expect(replyFor('declined', aPayment({ status, declineReason, reasonText }))).toMatchObject({ data: { reason } });
});
