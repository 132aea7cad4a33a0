/** What somebody has done by hand with a hold, and what it did by itself. */
import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Currency, money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { observe, type Recorded } from './observe.ts';
import type { Payment } from './payment.ts';
import { paymentStatuses } from './payment-states.ts';
import type { ProviderState } from './provider-results.ts';

const euros = (amount: number) => money(amount, 'EUR');
const now = new Date('2026-11-22T12:00:00Z');
const context = { now, newRefundId: () => newId('Refund'), newDisputeId: () => newId('Dispute') };
const nothing: Recorded = { refunds: [], disputes: [], undoings: [] };
const aHold = (changes: Partial<Payment> = {}) =>
  aPayment({ status: 'AUTHORIZED', authorized: 5_000, reference: 'pi_1', ...changes });

const seen = (before: Payment, held: number, captured: number, changes: Partial<ProviderState> = {}) => {
  const state: ProviderState = {
    ...{ reference: 'pi_1', attemptId: null, createdAt: now, amount: euros(5_000), orderId: null, end: null },
    ...{ held: euros(held), captured: euros(captured), refunds: [], disputes: [] },
    authorization: { kind: 'approved', reference: 'pi_1', held: euros(5_000) },
    ...changes,
  };
  const { payment, lines, replies, faults } = observe(before, state, nothing, context);
  return {
    ...{ payment, faults, replies: replies.map(({ type, data }) => ({ type, data })) },
    lines: lines.map(({ kind, amount, movedBy }) => `${kind} ${amount.amount} ${amount.currency} ${movedBy}`),
  };
};
const line = (kind: string, amount: number, movedBy = 'pi_1') => `${kind} ${amount} EUR ${movedBy}`;

describe('a capture by hand', () => {
  // Each has a name of its own: what was captured before it.
  const second = (amount: number) => line('CAPTURE', amount, 'pi_1 after 1000');

  test.each([
    ['of all of it', 0, [0, 5_000], 'CAPTURED', [line('CAPTURE', 5_000)]],
    ['of a part leaves the rest held', 0, [3_000, 2_000], 'AUTHORIZED', [line('CAPTURE', 2_000)]],
    ['of another part', 1_000, [2_000, 3_000], 'AUTHORIZED', [second(2_000)]],
    ['of a part lets go of the rest', 0, [0, 2_000], 'CAPTURED', [line('CAPTURE', 2_000), line('VOID', 3_000)]],
    ['of a last part', 1_000, [0, 3_000], 'CAPTURED', [second(2_000), line('VOID', 2_000)]],
    ['of all that was left', 1_000, [0, 5_000], 'CAPTURED', [second(4_000)]],
    ['of nothing more', 1_000, [0, 1_000], 'CAPTURED', [line('VOID', 4_000)]],
  ] as const)('%s is booked, and told', (_, before, [held, captured], status, lines) => {
    const { payment, ...rest } = seen(aHold({ captured: before }), held, captured);
    expect(payment).toMatchObject({ status, captured, authorized: 5_000 });
    expect(rest).toMatchObject({ lines, faults: [] });
    const data = { amount: euros(captured), isFinal: held === 0 };
    expect(rest.replies).toMatchObject([{ type: 'payment.captured', data }]);
  });

  test.each([
    ['of more than was held', {}, euros(5_001)],
    ['in another currency', {}, money(5_000, 'USD' as Currency)],
  ])('%s cannot be', (_, before, captured) => {
    const payment = aHold(before);
    const fault = expect.stringMatching(/^a capture of .* is reported, but at most .* can be$/);
    expect(seen(payment, 0, 0, { captured })).toEqual({ payment, lines: [], replies: [], faults: [fault] });
  });
});

test.each([
  [5_000, 0],
  [4_500, 500],
  [0, 0],
])('a look of before a capture in part, with %i held and %i captured, is no news', (held, captured) => {
  const payment = aHold({ captured: 1_000 });
  expect(seen(payment, held, captured)).toEqual({ payment, lines: [], replies: [], faults: [] });
});

describe('the end of a hold', () => {
  test.each([
    ['EXPIRED', 'EXPIRY'],
    ['CANCELLED', 'VOID'],
  ] as const)('that has %s releases what is held, and is told', (end, kind) => {
    const { payment, ...rest } = seen(aHold({ nextCheckAt: now }), 0, 0, { end });
    expect(payment).toMatchObject({ status: 'VOIDED', nextCheckAt: null });
    expect(rest).toMatchObject({ lines: [line(kind, 5_000)], faults: [] });
    expect(rest.replies).toMatchObject([{ type: 'payment.cancelled', data: { outcome: 'VOIDED' } }]);
  });
});

test.each(paymentStatuses)('a payment that is %s has a hold, or has none to be captured or to end', (status) => {
  const payment = aHold({ status });
  const hasHold = ['AUTHORIZED', 'CAPTURE_FAILED', 'VOID_FAILED'].includes(status);
  expect(seen(payment, 0, 5_000).lines).toEqual(hasHold ? [line('CAPTURE', 5_000)] : []);
  expect(seen(payment, 0, 0, { end: 'EXPIRED' }).lines).toEqual(hasHold ? [line('EXPIRY', 5_000)] : []);
  for (const captured of [0, 1_000]) {
    const before = { ...payment, captured };
    expect(seen(before, 4_000, captured)).toEqual({ payment: before, lines: [], replies: [], faults: [] });
  }
});
