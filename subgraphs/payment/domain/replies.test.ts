import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { anAttempt, aPayment } from '#kit/payment/builders.ts';
import type { Dispute } from './dispute.ts';
import type { Payment } from './payment.ts';
import type { Reply } from './payment-states.ts';
import {
  captureFailed,
  disputed,
  nothingToCancel,
  nothingToCapture,
  nothingToRefund,
  refundEnded,
  refunded,
  refundFailed,
  replyFor,
} from './replies.ts';

const now = new Date('2026-11-22T12:00:00Z');
const euros = (amount: number) => money(amount, 'EUR');
const payment = aPayment({
  ...{ status: 'CAPTURED', authorized: 4_900, captured: 4_000, refunded: 1_500, disputed: 300, openDisputes: 1 },
});
const { attemptId, orderId, id: paymentId } = payment;
const aggregate = { type: 'payment-attempt', id: attemptId };
const names = { attemptId, orderId, paymentId };
const totals = { captured: euros(4_000), refunded: euros(1_500), disputed: euros(300), openDisputes: 1 };

describe('the reply about an attempt', () => {
  test.each<[Reply, Partial<Payment>, string, object]>([
    ['authorized', {}, 'payment.authorized', { amount: euros(4_900) }],
    [
      'declined',
      { declineReason: 'EXPIRED_CARD', reasonText: 'It has expired.' },
      'payment.declined',
      { reason: 'EXPIRED_CARD', message: 'It has expired.' },
    ],
    [
      'declined',
      { declineReason: 'CARD_DECLINED', reasonText: null },
      'payment.declined',
      { reason: 'CARD_DECLINED', message: 'The payment was cancelled before it began.' },
    ],
    // Asked for again after it was undone: the reason is that of the undo, and not the provider's.
    [
      'declined',
      { declineReason: null, reasonText: 'No void.' },
      'payment.declined',
      { reason: 'WITHDRAWN', message: 'The payment was cancelled before it began.' },
    ],
    ['actionRequired', { actionUrl: 'https://a.b/c' }, 'payment.action-required', { actionUrl: 'https://a.b/c' }],
    ['awaitingFunds', {}, 'payment.awaiting-funds', { amount: euros(5_000) }],
    ['captured', {}, 'payment.captured', { amount: euros(4_000), isFinal: true, totals }],
    ['captured', { status: 'AUTHORIZED' }, 'payment.captured', { amount: euros(4_000), isFinal: false, totals }],
    ['captureFailed', { reasonText: 'No.' }, 'payment.capture-failed', { reason: 'No.' }],
    ['captureFailed', { status: 'VOIDED' }, 'payment.capture-failed', { reason: 'Nothing to capture: VOIDED.' }],
    ['cancelled', {}, 'payment.cancelled', { outcome: 'REFUNDED', refunded: euros(1_500), totals }],
    [
      'cancelled',
      { refunded: 0 },
      'payment.cancelled',
      { outcome: 'VOIDED', refunded: null, totals: { ...totals, refunded: euros(0) } },
    ],
    [
      'cancelled',
      { authorized: 0, refunded: 0 },
      'payment.cancelled',
      { outcome: 'NOTHING', refunded: null, totals: { ...totals, refunded: euros(0) } },
    ],
    ['cancelFailed', { reasonText: 'No.' }, 'payment.cancel-failed', { reason: 'No.' }],
    ['cancelFailed', {}, 'payment.cancel-failed', { reason: 'The provider gave no reason.' }],
  ])('"%s" of %o', (reply, changes, type, data) => {
    expect(replyFor(reply, { ...payment, ...changes })).toEqual({
      ...{ type, version: 1, aggregate, data: { ...names, ...data } },
    });
  });

  test('that a capture failed says why', () => {
    expect(captureFailed(payment, 'Too much.')).toMatchObject({
      ...{ type: 'payment.capture-failed', aggregate, data: { ...names, reason: 'Too much.' } },
    });
  });
});

describe('of a refund', () => {
  const refund = { id: newId('Refund'), amount: euros(1_000) };
  const data = { ...names, refundId: refund.id, amount: euros(1_000), totals };
  const done = { type: 'payment.refunded', version: 1, aggregate, data };
  const failed = { type: 'payment.refund-failed', version: 1, aggregate, data: { ...data, reason: 'No.' } };

  test('its end is told with what the attempt has come to', () => {
    expect(refunded(payment, refund)).toEqual(done);
    expect(refundEnded(payment, refund, { kind: 'refunded', amount: euros(1_000) })).toEqual(done);
    expect(refundFailed(payment, refund, 'No.')).toEqual(failed);
    expect(refundEnded(payment, refund, { kind: 'refundRefused', reason: 'No.' })).toEqual(failed);
  });
});

describe('of a dispute', () => {
  const dispute: Dispute = {
    ...{ id: newId('Dispute'), paymentId, reference: 'du_1', amount: euros(300), reason: 'fraudulent' },
    ...{ state: 'OPEN', respondBy: now, openedAt: now },
  };

  test.each([
    ['OPEN', now, 'OPENED', now.toISOString()],
    ['OPEN', null, 'OPENED', null],
    ['WON', now, 'WON', null],
    ['LOST', now, 'LOST', null],
  ] as const)('that is %s and to be answered until %s', (state, respondBy, told, until) => {
    expect(disputed(payment, { ...dispute, state, respondBy })).toEqual({
      ...{ type: 'payment.disputed', version: 1, aggregate },
      data: {
        ...{ ...names, disputeId: dispute.id, amount: euros(300), reason: 'fraudulent', totals },
        ...{ state: told, respondBy: until },
      },
    });
  });
});

test('about an attempt that is no payment there is nothing to be said but that', () => {
  const attempt = anAttempt();
  const refund = { id: newId('Refund'), amount: euros(1_000) };
  const about = { version: 1, aggregate: { type: 'payment-attempt', id: attempt.attemptId } };
  const nobody = { ...attempt, paymentId: null };
  expect(nothingToRefund(attempt, refund)).toEqual({
    ...{ type: 'payment.refund-failed', ...about },
    data: {
      ...{ ...nobody, refundId: refund.id, amount: euros(1_000), totals: null },
      reason: 'Nothing to refund: this attempt is unknown.',
    },
  });
  expect(nothingToCapture(attempt)).toEqual({
    ...{ type: 'payment.capture-failed', ...about },
    data: { ...nobody, reason: 'Nothing to capture: this attempt is unknown.' },
  });
  expect(nothingToCancel(attempt)).toEqual({
    ...{ type: 'payment.cancelled', ...about },
    data: { ...nobody, outcome: 'NOTHING', refunded: null, totals: null },
  });
});
