import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Currency, money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import type { ListedPayment, ProviderState } from './provider-results.ts';
import { adopt, agree, hasMoney, mayDiffer, totalsAt, totalsOf } from './reconcile.ts';

const now = new Date('2026-11-22T12:00:00Z');
const euros = (amount: number) => money(amount, 'EUR');
const dollars = (amount: number) => money(amount, 'USD' as Currency);

const aState = (changes: Partial<ProviderState> = {}): ProviderState => ({
  ...{ reference: 'pi_1', attemptId: newId('Attempt'), orderId: newId('Order'), createdAt: now, amount: euros(5_000) },
  ...{ authorization: { kind: 'approved', reference: 'pi_1', held: euros(5_000) }, end: null },
  ...{ held: euros(0), captured: euros(4_000), refunds: [], disputes: [] },
  ...changes,
});
const aRefund = (reference: string, amount: number, state: 'SUCCEEDED' | 'PENDING' | 'FAILED') => ({
  ...{ reference, operationKey: 'att_1-refund', amount: euros(amount), state },
});
const aDispute = (reference: string, amount: number, state: 'OPEN' | 'WON' | 'LOST') => ({
  ...{ reference, amount: euros(amount), state, reason: 'fraudulent', respondBy: null },
});

// 4,000 of 5,000 captured, 1,500 of it back, 300 called back.
const payment = aPayment({
  ...{ status: 'CAPTURED', authorized: 5_000, captured: 4_000, refunded: 1_500, disputed: 300, openDisputes: 1 },
});
const itsState = aState({
  refunds: [aRefund('re_1', 1_000, 'SUCCEEDED'), aRefund('re_2', 500, 'SUCCEEDED')],
  disputes: [aDispute('du_1', 100, 'OPEN'), aDispute('du_2', 200, 'LOST')],
});

describe('the totals', () => {
  test('are those of the books, where what is not captured is held until it is over', () => {
    expect(totalsOf(payment)).toEqual({ held: 0, captured: 4_000, refunded: 1_500, disputed: 300 });
    expect(totalsOf({ ...payment, status: 'AUTHORIZED' })).toMatchObject({ held: 1_000 });
  });

  test('are those of the provider: refunds that succeeded, and disputes that were not won', () => {
    const refunds = [...itsState.refunds, aRefund('re_3', 7, 'PENDING'), aRefund('re_4', 8, 'FAILED')];
    const disputes = [...itsState.disputes, aDispute('du_3', 9, 'WON')];
    expect(totalsAt({ ...itsState, held: euros(1_000), refunds, disputes })).toEqual({
      ...{ held: 1_000, captured: 4_000, refunded: 1_500, disputed: 300 },
    });
  });

  test('agree, or do not in any one of them', () => {
    expect(agree(payment, itsState)).toBe(true);
    for (const other of [
      { amount: dollars(5_000) },
      { held: euros(1) },
      { captured: euros(4_001) },
      { refunds: itsState.refunds.slice(1) },
      { disputes: itsState.disputes.slice(1) },
    ])
      expect(agree(payment, { ...itsState, ...other }), JSON.stringify(other)).toBe(false);
  });
});

describe('what a list says', () => {
  const sold = { ...payment, disputed: 0, openDisputes: 0 };
  const listed: ListedPayment = {
    ...{ reference: 'pi_1', attemptId: null, createdAt: now, held: euros(0), captured: euros(4_000) },
    ...{ refunded: euros(1_500), isDisputed: false },
  };

  test('is no reason to look when it is what the books say', () => {
    expect(mayDiffer(sold, listed)).toBe(false);
    expect(mayDiffer({ ...sold, status: 'AUTHORIZED' }, { ...listed, held: euros(1_000) })).toBe(false);
  });

  test.each([
    ['another amount is held', {}, { held: euros(1) }],
    ['another amount is captured', {}, { captured: euros(3_999) }],
    ['another currency is captured', {}, { captured: dollars(4_000) }],
    ['another amount is refunded', {}, { refunded: euros(1_501) }],
    ['a bank has called money back', {}, { isDisputed: true }],
    ['the books say that a bank has', { disputed: 1 }, {}],
    ['the payment waits', { status: 'PROCESSING', authorized: 4_000 }, {}],
  ] as const)('is one when %s', (_, here, there) => {
    expect(mayDiffer({ ...sold, ...here }, { ...listed, ...there })).toBe(true);
  });

  test.each([
    [0, 0, false],
    [1, 0, true],
    [0, 1, true],
  ])('%i held and %i captured: money in it is %s', (held, captured, is) => {
    expect(hasMoney({ held: euros(held), captured: euros(captured) })).toBe(is);
  });
});

describe('a payment that the books have lost', () => {
  const adopter = {
    ...{ id: newId('Payment'), customerId: newId('Guest'), correlationId: 'a-run', provider: 'stripe' },
    context: { now, newRefundId: () => newId('Refund'), newDisputeId: () => newId('Dispute') },
  };

  test('is taken over with a line for each movement of its money, and nobody is told', () => {
    const adopted = adopt(itsState, adopter);
    const { id, customerId, correlationId, provider } = adopter;
    const { attemptId, orderId, amount, reference } = itsState;
    expect(adopted).toMatchObject({ replies: [], faults: [], disputes: [{ state: 'OPEN' }, { state: 'LOST' }] });
    expect(adopted?.payment).toEqual({
      ...{ id, customerId, correlationId, provider, attemptId, orderId, amount, reference, createdAt: now },
      ...{ status: 'CAPTURED', authorized: 5_000, captured: 4_000, refunded: 1_500, refunding: 0 },
      ...{ disputed: 300, openDisputes: 1, declineReason: null, reasonText: null, actionUrl: null, nextCheckAt: null },
    });
    expect(adopted?.lines.map((line) => `${line.kind} ${line.amount.amount} ${line.movedBy}`)).toEqual([
      ...['AUTHORIZATION 5000 pi_1', 'CAPTURE 4000 pi_1', 'VOID 1000 pi_1'],
      ...['REFUND 1000 re_1', 'REFUND 500 re_2', 'DISPUTE 100 du_1', 'DISPUTE 200 du_2'],
    ]);
    expect(adopted?.refunds.map(({ requestedBy }) => requestedBy)).toEqual(['PROVIDER', 'PROVIDER']);
  });

  test('is taken over while it is held', () => {
    const held = adopt(aState({ held: euros(5_000), captured: euros(0) }), adopter);
    expect(held).toMatchObject({ payment: { status: 'AUTHORIZED', authorized: 5_000, captured: 0 }, refunds: [] });
    expect(held?.lines).toEqual([{ kind: 'AUTHORIZATION', amount: euros(5_000), movedBy: 'pi_1' }]);
  });

  test.each([
    ['has no money', { captured: euros(0) }],
    ['has a refund on its way', { refunds: [aRefund('re_1', 1_000, 'SUCCEEDED'), aRefund('re_2', 1, 'PENDING')] }],
    ['is of no attempt of ours', { attemptId: null }],
    ['is of no order of ours', { orderId: null }],
  ])('is left alone when it %s', (_, state) => {
    expect(adopt(aState(state), adopter)).toBeNull();
  });
});
