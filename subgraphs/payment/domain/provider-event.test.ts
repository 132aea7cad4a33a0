import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { afterFailure, mayBeNews, whenUnknown } from './provider-event.ts';

const now = new Date('2026-11-22T12:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe('after a failure', () => {
  test.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 4],
    [10, 512],
    [11, 600],
    [14, 600],
  ])('try %i is followed by another one after %i s', (tries, pause) => {
    const reason = 'The provider is out.';
    expect(afterFailure({ tries }, reason, now)).toEqual({ state: 'RECEIVED', reason, nextTryAt: inSeconds(pause) });
  });

  test.each([15, 16])('try %i was the last', (tries) => {
    expect(afterFailure({ tries }, 'Out.', now)).toEqual({ state: 'FAILED', reason: 'Out.' });
  });
});

describe('an event about no payment that we know', () => {
  const reason = 'No payment of ours.';
  const attemptId = newId('Attempt');

  test.each([
    ['an attempt', 1, attemptId],
    ['a reference, after five tries', 5, null],
  ])('is ignored when it names %s', (_, tries, attempt) => {
    expect(whenUnknown({ tries, attemptId: attempt }, now)).toEqual({ state: 'IGNORED', reason });
  });

  test('waits when it only names a reference: our own call may not have its answer yet', () => {
    expect(whenUnknown({ tries: 4, attemptId: null }, now)).toEqual({
      ...{ state: 'RECEIVED', reason, nextTryAt: inSeconds(8) },
    });
  });
});

test.each([
  ['payment_intent.canceled', true],
  ['payment_intent.canceled_by_hand', false],
  ['payment_intent.amount_capturable_updated', false],
  ['refund.created', true],
  ['refunds', false],
  ['charge.refunded', true],
  ['charge.refund.updated', true],
  ['charge.dispute.closed', true],
  ['charge.disputes', false],
  ['charge.captured', false],
  ['customer.refund.created', false],
])('%s may be news: %s', (type, is) => {
  expect(mayBeNews({ type }, aPayment({ status: 'CAPTURED', authorized: 5_000, captured: 5_000 }))).toBe(is);
});

test('that it was captured is news of a payment that holds money, and of no other', () => {
  const type = 'payment_intent.succeeded';
  const held = aPayment({ status: 'AUTHORIZED', authorized: 5_000 });
  expect(mayBeNews({ type }, held)).toBe(true);
  expect(mayBeNews({ type: 'payment_intent.created' }, held)).toBe(false);
  for (const status of ['CAPTURING', 'CAPTURED'] as const)
    expect(mayBeNews({ type }, aPayment({ status, authorized: 5_000, captured: 5_000 }))).toBe(false);
});
