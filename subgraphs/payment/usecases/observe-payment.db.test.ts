/** What customers, banks, time and the provider's dashboard do to a payment, as its webhooks report it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage, refundMessage } from '#kit/payment/builders.ts';
import type { Attempt } from '../domain/payment.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const atSimulator = (path: string, body?: Record<string, string>) => kit.simulator.post(path, body);

const authorized = async (): Promise<Attempt & { readonly reference: string }> => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt));
  return { ...attempt, reference: (await kit.payment(attempt)).reference ?? '' };
};
const captured = async () => {
  const attempt = await authorized();
  await kit.app.commands.capturePayment(captureMessage(attempt));
  return attempt;
};
const refundByHand = ({ reference }: { readonly reference: string }, amount: number) =>
  atSimulator('refunds', { payment_intent: reference, amount: String(amount) });
const seen = (attempt: Attempt, type = 'charge.dispute.created') => kit.receive(attempt, { type });
const lastReply = async (attempt: Attempt) => (await kit.replies(attempt)).at(-1);
const euros = (amount: number) => money(amount, 'EUR');

const agrees = async (attempt: Attempt) => {
  const ledger = await kit.ledger(attempt);
  expect(ledger.toSorted()).toEqual((await kit.effects(attempt)).toSorted());
  return ledger;
};

describe('a dispute', () => {
  const disputed = async (amount = 2_000) => {
    const attempt = await captured();
    const { id } = await atSimulator(`test_helpers/payment_intents/${attempt.reference}/dispute`, {
      amount: String(amount),
    });
    await Promise.all([seen(attempt), seen(attempt), seen(attempt)]);
    return { attempt, close: (status: string) => atSimulator(`test_helpers/disputes/${id}/close`, { status }) };
  };

  test('takes the amount once, however often it is reported, and the order is told', async () => {
    const { attempt } = await disputed();
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', disputed: 2_000, openDisputes: 1 });
    expect(await agrees(attempt)).toContain('DISPUTE 2000');
    expect((await kit.replies(attempt)).filter(({ type }) => type === 'payment.disputed')).toMatchObject([
      {
        data: {
          ...{ state: 'OPENED', amount: euros(2_000), reason: 'fraudulent', respondBy: expect.any(String) },
          totals: { captured: euros(5_000), disputed: euros(2_000), openDisputes: 1 },
        },
      },
    ]);
  });

  test.each([
    ['won', { state: 'WON', respondBy: null, totals: { disputed: euros(0), openDisputes: 0 } }],
    ['lost', { state: 'LOST', respondBy: null, totals: { disputed: euros(2_000), openDisputes: 0 } }],
  ])('that is %s is closed for good', async (status, data) => {
    const { attempt, close } = await disputed();
    await close(status);
    await Promise.all([seen(attempt, 'charge.dispute.closed'), seen(attempt, 'charge.dispute.closed')]);
    expect(await lastReply(attempt)).toMatchObject({ type: 'payment.disputed', data });
    const ledger = await agrees(attempt);
    expect(ledger.includes('DISPUTE_REVERSAL 2000')).toBe(status === 'won');
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured', 'disputed', 'disputed']);
  });

  test('leaves so much less to refund', async () => {
    const { attempt } = await disputed();
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(3_001)));
    expect(await lastReply(attempt)).toMatchObject({ type: 'payment.refund-failed' });
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(3_000)));
    expect(await lastReply(attempt)).toMatchObject({ type: 'payment.refunded' });
    await agrees(attempt);
  });
});

describe('a dispute and a cancel', () => {
  const disputeOf = async (attempt: { readonly reference: string }, amount: number) =>
    atSimulator(`test_helpers/payment_intents/${attempt.reference}/dispute`, { amount: String(amount) });

  test.each([2_000, 5_000])(
    'of which %j was called back: the rest is refunded, and what is won after that is there to be refunded',
    async (amount) => {
      const attempt = await captured();
      const { id } = await disputeOf(attempt, amount);
      await seen(attempt);
      await kit.app.commands.cancelPayment(cancelMessage(attempt));
      const rest = 5_000 - amount;
      expect(await lastReply(attempt)).toMatchObject({
        ...{ type: 'payment.cancelled' },
        data: { totals: { captured: euros(5_000), refunded: euros(rest), disputed: euros(amount) } },
      });
      await atSimulator(`test_helpers/disputes/${id}/close`, { status: 'won' });
      await seen(attempt, 'charge.dispute.closed');
      expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', refunded: rest, disputed: 0 });
      await kit.app.commands.cancelPayment(cancelMessage(attempt));
      expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED', refunded: 5_000 });
      await agrees(attempt);
    },
  );

  test('a lost one leaves it as it is', async () => {
    const attempt = await captured();
    const { id } = await disputeOf(attempt, 2_000);
    await seen(attempt);
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    await atSimulator(`test_helpers/disputes/${id}/close`, { status: 'lost' });
    await seen(attempt, 'charge.dispute.closed');
    expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED', refunded: 3_000, disputed: 2_000 });
    await agrees(attempt);
  });
});

describe('a refund by hand at the provider', () => {
  test('is booked once, and the order is told', async () => {
    const attempt = await captured();
    await refundByHand(attempt, 1_500);
    await Promise.all([seen(attempt, 'refund.created'), seen(attempt, 'charge.refunded')]);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', refunded: 1_500, refunding: 0 });
    expect(await agrees(attempt)).toContain('REFUND 1500');
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured', 'refunded']);
    const refunds = await kit.prisma.refund.findMany({ where: { payment: { attemptId: attempt.attemptId } } });
    expect(refunds).toMatchObject([{ requestedBy: 'PROVIDER', state: 'SUCCEEDED', amount: 1_500 }]);
  });

  test('of everything ends the payment; a cancel afterwards moves nothing', async () => {
    const attempt = await captured();
    await refundByHand(attempt, 5_000);
    await seen(attempt, 'charge.refunded');
    expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED' });
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    expect(await lastReply(attempt)).toMatchObject({ type: 'payment.cancelled', data: { outcome: 'REFUNDED' } });
    await agrees(attempt);
  });

  test('beside one of ours: each is booked once', async () => {
    const attempt = await captured();
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(700)));
    await refundByHand(attempt, 700);
    await seen(attempt, 'charge.refunded');
    expect(await kit.payment(attempt)).toMatchObject({ refunded: 1_400, refunding: 0 });
    await agrees(attempt);
  });
});

test.each([
  ['a part', 700, 'CAPTURED'],
  ['everything', 5_000, 'REFUNDED'],
])(
  'a refund of %s that fails after it succeeded: the shop has the money again, and the order is told',
  async (_, amount, before) => {
    const attempt = await captured();
    await kit.app.commands.refundPayment(refundMessage(attempt, euros(amount)));
    expect(await kit.payment(attempt)).toMatchObject({ status: before, refunded: amount });
    const { rows } = await kit.simulator.memory.query<{ id: string }>(
      'SELECT id FROM refund WHERE payment_intent = $1',
      [attempt.reference],
    );
    await atSimulator(`test_helpers/refunds/${rows[0]?.id}/fail`);
    await Promise.all([seen(attempt, 'refund.failed'), seen(attempt, 'refund.failed')]);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', refunded: 0, refunding: 0 });
    expect(await agrees(attempt)).toContain(`REFUND_REVERSAL ${amount}`);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured', 'refunded', 'refund-failed']);
    expect(await lastReply(attempt)).toMatchObject({ data: { amount: euros(amount), totals: { refunded: euros(0) } } });
  },
);

test('the refund of a cancel that fails after it succeeded is a refund that failed, and can be made again', async () => {
  const attempt = await captured();
  await kit.app.commands.cancelPayment(cancelMessage(attempt));
  expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED' });
  const { rows } = await kit.simulator.memory.query<{ id: string }>('SELECT id FROM refund WHERE payment_intent = $1', [
    attempt.reference,
  ]);
  await atSimulator(`test_helpers/refunds/${rows[0]?.id}/fail`);
  await Promise.all([seen(attempt, 'refund.failed'), seen(attempt, 'refund.failed')]);
  expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', refunded: 0, refunding: 0 });
  expect(await agrees(attempt)).toContain('REFUND_REVERSAL 5000');
  expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured', 'cancelled', 'refund-failed']);
  const refunds = await kit.prisma.refund.findMany({ where: { payment: { attemptId: attempt.attemptId } } });
  expect(refunds).toMatchObject([{ requestedBy: 'ORDER', state: 'FAILED', amount: 5_000, reference: rows[0]?.id }]);
  expect(await lastReply(attempt)).toMatchObject({
    data: { refundId: refunds[0]?.id, amount: euros(5_000), totals: { refunded: euros(0) } },
  });
  await kit.app.commands.refundPayment(refundMessage(attempt, euros(5_000)));
  expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED', refunded: 5_000 });
  await agrees(attempt);
});

test('a hold that expired ends the payment, once, and its order is told', async () => {
  const attempt = await authorized();
  await atSimulator(`test_helpers/payment_intents/${attempt.reference}/expire`);
  await Promise.all([seen(attempt, 'payment_intent.canceled'), seen(attempt, 'payment_intent.canceled')]);
  expect(await kit.payment(attempt)).toMatchObject({ status: 'VOIDED', authorized: 5_000, captured: 0 });
  expect(await agrees(attempt)).toEqual(['AUTHORIZATION 5000', 'EXPIRY 5000']);
  expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'cancelled']);
});

test.each([
  ['a cancel', []],
  ['a capture and a cancel', ['capture-failed']],
])('a hold that expired is found gone by %s, before anybody has told of it', async (_, replies) => {
  const attempt = await authorized();
  await atSimulator(`test_helpers/payment_intents/${attempt.reference}/expire`);
  if (replies.length > 0) await kit.app.commands.capturePayment(captureMessage(attempt));
  await kit.app.commands.cancelPayment(cancelMessage(attempt));
  await seen(attempt, 'payment_intent.canceled');
  expect(await agrees(attempt)).toEqual(['AUTHORIZATION 5000', 'EXPIRY 5000']);
  expect(await kit.replyTypes(attempt)).toEqual(['authorized', ...replies, 'cancelled']);
});

test('an event that echoes our own call is no reason to look', async () => {
  const attempt = await captured();
  await atSimulator(`test_helpers/payment_intents/${attempt.reference}/dispute`);
  await seen(attempt, 'payment_intent.succeeded');
  expect(await kit.payment(attempt)).toMatchObject({ disputed: 0 });
  await seen(attempt);
  expect(await kit.payment(attempt)).toMatchObject({ disputed: 5_000 });
});
