import { describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import type { Operation } from './operation.ts';
import type { Payment } from './payment.ts';
import { type OperationKind, operationKinds } from './payment-states.ts';
import type { AuthorizationResult, ProviderRefund, ProviderState } from './provider-results.ts';
import { isSameCall, nextKey, outcomeOf } from './unknown-outcome.ts';

const now = new Date('2026-11-22T12:00:00Z');
const euros = (amount: number) => money(amount, 'EUR');
const approved: AuthorizationResult = { kind: 'approved', reference: 'pi_1', held: euros(5_000) };
const declined: AuthorizationResult = { kind: 'declined', reference: 'pi_1', reason: 'CARD_DECLINED', message: 'No.' };
const waiting: AuthorizationResult = { kind: 'actionRequired', reference: 'pi_1', actionUrl: null };
const processing: AuthorizationResult = { kind: 'processing', reference: 'pi_1' };

const an = (kind: OperationKind, payment: Partial<Payment> = {}): Operation => ({
  ...{ kind, key: 'att_1-it~2', payment: aPayment({ authorized: 5_000, reference: 'pi_1', ...payment }) },
  ...{ keyedAt: now, looksFirst: true, tries: 1 },
});
const aState = (changes: Partial<ProviderState> = {}): ProviderState => ({
  ...{ reference: 'pi_1', attemptId: null, createdAt: now, amount: euros(5_000), orderId: null, end: null },
  ...{ authorization: approved, held: euros(0), captured: euros(0), refunds: [], disputes: [] },
  ...changes,
});
const aRefund = (changes: Partial<ProviderRefund> = {}): ProviderRefund => ({
  ...{ reference: 're_1', operationKey: 'att_1-it', amount: euros(1_000), state: 'SUCCEEDED' },
  ...changes,
});

test.each(operationKinds)('%s was not done when the provider has no payment of the attempt', (kind) => {
  expect(outcomeOf(an(kind), undefined)).toBe('notDone');
});

describe('an authorization', () => {
  test.each([approved, declined, waiting, processing])('came to what the payment is: %o', (authorization) => {
    expect(outcomeOf(an('AUTHORIZE'), aState({ authorization }))).toBe(authorization);
  });

  test('was not confirmed while the extra step is still asked for', () => {
    expect(outcomeOf(an('CONFIRM'), aState({ authorization: waiting }))).toBe('notDone');
    for (const authorization of [approved, declined, processing])
      expect(outcomeOf(an('CONFIRM'), aState({ authorization }))).toBe(authorization);
  });
});

describe('a capture', () => {
  test.each([
    ['was made: what is captured more than we know of', 1_000, { captured: euros(3_500), held: euros(1_500) }, 2_500],
    ['was made, and left nothing', 0, { captured: euros(5_000), held: euros(0) }, 5_000],
  ])('%s', (_, captured, state, taken) => {
    expect(outcomeOf(an('CAPTURE', { captured }), aState(state))).toEqual({
      ...{ kind: 'captured', amount: euros(taken), held: state.held },
    });
  });

  test('was not made while the hold is there', () => {
    expect(outcomeOf(an('CAPTURE'), aState({ held: euros(1) }))).toBe('notDone');
  });

  test('is refused when there is no hold any more', () => {
    expect(outcomeOf(an('CAPTURE'), aState())).toMatchObject({ kind: 'captureRefused' });
  });
});

describe('a void', () => {
  const ended = aState({ authorization: declined });

  test('was made: what was held is released', () => {
    expect(outcomeOf(an('VOID'), ended)).toEqual({ kind: 'voided', released: euros(5_000) });
    expect(outcomeOf(an('VOID', { authorized: 0 }), ended)).toEqual({ kind: 'voided', released: null });
  });

  test('was made of a payment that the bank had approved: it is cancelled', () => {
    const cancelled = aState({ authorization: approved, end: 'CANCELLED' });
    expect(outcomeOf(an('VOID'), cancelled)).toEqual({ kind: 'voided', released: euros(5_000) });
    expect(outcomeOf(an('VOID'), aState({ authorization: approved, held: euros(5_000) }))).toBe('notDone');
  });

  test('of what a capture has left was made once nothing is held, though the payment stays approved', () => {
    const left = an('VOID', { captured: 2_000 });
    expect(outcomeOf(left, aState({ captured: euros(2_000), held: euros(3_000) }))).toBe('notDone');
    expect(outcomeOf(left, aState({ captured: euros(2_000) }))).toEqual({ kind: 'voided', released: euros(3_000) });
  });

  test.each([
    ['something is held', { authorization: declined, held: euros(1) }],
    ['it can still be paid', { authorization: waiting }],
  ])('was not made while %s', (_, state) => {
    expect(outcomeOf(an('VOID'), aState(state))).toBe('notDone');
  });

  test('was not needed when the hold had expired', () => {
    const expired = aState({ end: 'EXPIRED', authorization: declined });
    expect(outcomeOf(an('VOID'), expired)).toEqual({ kind: 'voided', released: null, hasExpired: true });
  });

  test('is refused when it was captured meanwhile, and only then', () => {
    const captured = aState({ captured: euros(2_000) });
    expect(outcomeOf(an('VOID', { captured: 1_999 }), captured)).toMatchObject({
      ...{ kind: 'voidRefused', held: euros(2_000) },
    });
    expect(outcomeOf(an('VOID', { captured: 2_000 }), { ...ended, captured: euros(2_000) })).toMatchObject({
      kind: 'voided',
    });
  });
});

describe('a refund', () => {
  test.each([
    ['was not made when there is none of this call', { operationKey: 'att_1-it-2' }, 'notDone'],
    ['was not made when there is only one by hand', { operationKey: null }, 'notDone'],
    ['is under way', { state: 'PENDING' }, 'pending'],
    ['was made', { state: 'SUCCEEDED' }, { kind: 'refunded', amount: euros(1_000) }],
    ['has failed', { state: 'FAILED' }, { kind: 'refundRefused', reason: 'It failed.' }],
  ] as const)('%s', (_, refund, outcome) => {
    expect(outcomeOf(an('REFUND'), aState({ refunds: [aRefund(refund)] }))).toEqual(outcome);
  });
});

test('each key of a call is of that call, and of no other', () => {
  const [first, second, third] = ['att_1-void', nextKey('att_1-void'), nextKey(nextKey('att_1-void'))];
  expect([second, third]).toEqual(['att_1-void~2', 'att_1-void~3']);
  for (const seen of [first, second, third]) expect(isSameCall(second, seen)).toBe(true);
  for (const seen of ['att_1-void-2', 'att_1-void-2~2', null]) expect(isSameCall(second, seen)).toBe(false);
});
