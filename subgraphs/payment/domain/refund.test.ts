import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import type { Payment } from './payment.ts';
import { paymentStatuses, publicStatus } from './payment-states.ts';
import { endRefund, refundable, requestRefund } from './refund.ts';

const now = new Date('2026-11-22T12:00:00Z');
const euros = (amount: number) => money(amount, 'EUR');
const captured = (changes: Partial<Payment> = {}) =>
  aPayment({ status: 'CAPTURED', authorized: 5_000, captured: 5_000, reference: 'r', ...changes });
const asking = (amount: Money) => ({ id: newId('Refund'), amount, requestedBy: 'ORDER', reason: 'returned' }) as const;

describe('what can be refunded', () => {
  test.each([
    ['all that is captured', {}, 5_000],
    ['not what is back', { refunded: 1_000 }, 4_000],
    ['not what is on its way', { refunded: 1_000, refunding: 700 }, 3_300],
    ['not what a bank has called back', { refunded: 1_000, refunding: 700, disputed: 300 }, 3_000],
    ['nothing, when a bank has called back more than is left', { refunded: 1_000, disputed: 5_000 }, 0],
  ] as const)('is %s', (_, changes, most) => {
    expect(refundable(captured(changes))).toEqual(euros(most));
  });

  test.each(paymentStatuses.filter((status) => status !== 'CAPTURED'))('is nothing when %s', (status) => {
    const payment = captured({ status });
    expect(refundable(payment)).toEqual(euros(0));
    expect(requestRefund(payment, asking(euros(1)), now)).toMatchObject({
      failure: { kind: 'InvalidPaymentState', from: publicStatus[status], to: 'REFUNDED' },
    });
  });
});

describe('a request', () => {
  const payment = captured({ refunded: 1_000, refunding: 700, disputed: 300 });

  test.each([1, 2_999, 3_000])('for %i of the 3000 that are left opens a call of its own, and tells nobody', (part) => {
    const request = asking(euros(part));
    expect(requestRefund(payment, request, now)).toEqual({
      ok: true,
      value: {
        payment: { ...payment, refunding: 700 + part },
        refund: {
          ...{ ...request, paymentId: payment.id, state: 'REQUESTED', failure: null, reference: null },
          requestedAt: now,
        },
        call: { kind: 'REFUND', amount: euros(part), refundId: request.id },
        lines: [],
        replies: [],
      },
    });
  });

  test.each([
    ['more than is left', euros(3_001)],
    ['nothing', euros(0)],
    ['less than nothing', euros(-1)],
    ['another currency', money(1_000, 'USD')],
  ])('for %s fails, and says how much can be', (_, amount) => {
    expect(requestRefund(payment, asking(amount), now)).toMatchObject({
      ok: false,
      failure: {
        kind: 'RefundTooLarge',
        message: 'At most 30.00 EUR can be refunded.',
        maximumRefundable: euros(3_000),
      },
    });
  });
});

describe('the end', () => {
  const done = { kind: 'refunded', amount: euros(1_000) } as const;
  const refused = { kind: 'refundRefused', reason: 'No.' } as const;
  const refund = { id: newId('Refund'), amount: euros(1_000) };
  const line = { kind: 'REFUND', amount: euros(1_000) };

  // A cancel waits for the last refund under way, then gives the rest back.
  test.each([
    [
      'of a part leaves the rest captured',
      ...[{ refunding: 1_000 }, done],
      ...[{ status: 'CAPTURED', refunded: 1_000, refunding: 0 }, ['payment.refunded'], undefined],
    ],
    [
      'of the last part ends the payment',
      ...[{ refunded: 4_000, refunding: 1_000 }, done],
      ...[{ status: 'REFUNDED', refunded: 5_000, refunding: 0 }, ['payment.refunded'], undefined],
    ],
    [
      'that is a refusal frees what was on its way',
      ...[{ refunding: 1_500 }, refused],
      ...[{ status: 'CAPTURED', refunded: 0, refunding: 500 }, ['payment.refund-failed'], undefined],
    ],
    [
      'while another is under way leaves the cancel waiting',
      ...[{ status: 'CANCELLING', refunding: 1_500 }, done],
      ...[{ status: 'CANCELLING', refunded: 1_000, refunding: 500 }, ['payment.refunded'], undefined],
    ],
    [
      'of the last one lets the cancel go on',
      ...[{ status: 'CANCELLING', refunding: 1_000 }, done],
      ...[{ status: 'REFUNDING', refunded: 1_000, refunding: 0 }, ['payment.refunded'], 4_000],
    ],
    [
      'of the last one, when all is back, is the end of the cancel',
      ...[{ status: 'CANCELLING', refunded: 4_000, refunding: 1_000 }, done],
      ...[{ status: 'REFUNDED', refunded: 5_000, refunding: 0 }, ['payment.refunded', 'payment.cancelled'], undefined],
    ],
    [
      'of the last one, a refusal, lets the cancel go on with all of it',
      ...[{ status: 'CANCELLING', refunding: 1_000 }, refused],
      ...[{ status: 'REFUNDING', refunded: 0, refunding: 0 }, ['payment.refund-failed'], 5_000],
    ],
  ] as const)('%s', (_, before, result, after, replies, undoes) => {
    const ended = endRefund(captured({ reasonText: 'Of the payment.', ...before }), refund, result, now);
    // The reason of a refusal is the refund's.
    expect(ended.payment).toMatchObject({ ...after, reasonText: 'Of the payment.' });
    expect(ended.lines).toEqual(result === done ? [line] : []);
    expect(ended.call).toEqual(undoes === undefined ? undefined : { kind: 'REFUND', amount: euros(undoes) });
    expect(ended.replies.map(({ type }) => type)).toEqual(replies);
    expect(ended.replies[0]?.data).toMatchObject({
      ...{ refundId: refund.id, amount: euros(1_000) },
      totals: { captured: euros(5_000), refunded: euros(after.refunded), disputed: euros(0), openDisputes: 0 },
      ...(result === refused && { reason: 'No.' }),
    });
  });
});
