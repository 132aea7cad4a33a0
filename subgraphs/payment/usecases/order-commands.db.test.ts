import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage } from '#kit/payment/builders.ts';
import { keepsNothing } from '#kit/payment/provider-model.ts';
import type { Attempt } from '../domain/payment.ts';
import type { PaymentProvider } from './provider.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const authorize = async (attempt: Attempt, paymentMethodToken = 'tok_approve') => {
  const message = authorizeMessage(attempt, { paymentMethodToken });
  await kit.app.commands.authorizePayment(message);
  return message;
};
const capture = (attempt: Attempt) => kit.app.commands.capturePayment(captureMessage(attempt));
const cancel = (attempt: Attempt) => kit.app.commands.cancelPayment(cancelMessage(attempt));
const consistent = async (attempt: Attempt) => {
  expect(await kit.ledger(attempt)).toEqual(await kit.effects(attempt));
  return kit.ledger(attempt);
};

describe('authorize', () => {
  test('holds the amount, books it, and replies to the order', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    const payment = await kit.payment(attempt);
    expect(payment).toMatchObject({ status: 'AUTHORIZED', authorized: 5_000, captured: 0, provider: 'simulator' });
    expect(await kit.replies(attempt)).toEqual([
      { type: 'payment.authorized', data: { ...attempt, paymentId: payment.id, amount: money(5_000, 'EUR') } },
    ]);
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000']);
  });

  test.each([
    ['tok_decline', 'CARD_DECLINED'],
    ['tok_insufficient_funds', 'INSUFFICIENT_FUNDS'],
    ['tok_expired_card', 'EXPIRED_CARD'],
    ['tok_made_up', 'INVALID_METHOD'],
  ])('with %s replies %s, with a sentence for the customer', async (token, reason) => {
    const attempt = anAttempt();
    await authorize(attempt, token);
    expect(await kit.replies(attempt)).toMatchObject([{ type: 'payment.declined', data: { reason } }]);
    expect((await kit.replies(attempt))[0]?.data.message).toMatch(/^.+\.$/);
    expect(await consistent(attempt)).toEqual([]);
  });

  test('erases the token once it is answered', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    const operations = await kit.prisma.operation.findMany({ where: { payment: { attemptId: attempt.attemptId } } });
    expect(operations).toMatchObject([{ kind: 'AUTHORIZE', secret: null, outcome: 'approved' }]);
  });

  test('a duplicate message does nothing; another message for the attempt gets the same reply', async () => {
    const attempt = anAttempt();
    const message = await authorize(attempt);
    await kit.app.commands.authorizePayment(message);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized']);
    await authorize(attempt);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'authorized']);
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000']);
  });

  test('ten concurrent copies of two messages are one hold', async () => {
    const attempt = anAttempt();
    const messages = [authorizeMessage(attempt), authorizeMessage(attempt)];
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        kit.app.commands.authorizePayment(messages[n % 2] ?? authorizeMessage(attempt)),
      ),
    );
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000']);
    expect(await kit.prisma.payment.count({ where: attempt })).toBe(1);
  });

  test('a negative amount is a bug of the sender and leaves nothing behind', async () => {
    const attempt = anAttempt();
    const message = authorizeMessage(attempt, { amount: money(-1, 'EUR') });
    await expect(kit.app.commands.authorizePayment(message)).rejects.toThrow();
    expect(await kit.prisma.payment.count({ where: attempt })).toBe(0);
  });
});

describe('capture', () => {
  test('captures the hold once, however often it is requested', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    const message = captureMessage(attempt);
    await Promise.all([
      kit.app.commands.capturePayment(message),
      kit.app.commands.capturePayment(message),
      capture(attempt),
      capture(attempt),
    ]);
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
    await capture(attempt);
    expect((await kit.replies(attempt)).at(-1)).toMatchObject({
      type: 'payment.captured',
      data: { amount: money(5_000, 'EUR') },
    });
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
  });

  test('of an attempt that is unknown, declined or held for less fails and captures nothing', async () => {
    const [unknown, declined, small] = [anAttempt(), anAttempt(), anAttempt()];
    await authorize(declined, 'tok_decline');
    await authorize(small);
    await capture(unknown);
    await capture(declined);
    await kit.app.commands.capturePayment(captureMessage(small, money(5_001, 'EUR')));
    expect((await kit.replies(unknown)).at(-1)).toMatchObject({
      type: 'payment.capture-failed',
      data: { paymentId: null },
    });
    expect((await kit.replyTypes(declined)).at(-1)).toBe('capture-failed');
    expect((await kit.replyTypes(small)).at(-1)).toBe('capture-failed');
    expect(await consistent(small)).toEqual(['AUTHORIZATION 5000']);
  });

  test('refused by the bank is reported each time; a cancel then releases the hold', async () => {
    const attempt = anAttempt();
    await authorize(attempt, 'tok_capture_fail');
    await capture(attempt);
    await capture(attempt);
    await cancel(attempt);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'capture-failed', 'capture-failed', 'cancelled']);
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'VOID 5000']);
  });
});

test('replies carry the correlation id of the message that they answer', async () => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt));
  expect(await kit.payment(attempt)).toMatchObject({ correlationId: 'a-request' });
});

test('replies about an attempt are numbered from 1 without gaps', async () => {
  const attempt = anAttempt();
  await authorize(attempt);
  await capture(attempt);
  await cancel(attempt);
  const rows = await kit.prisma.outboxMessage.findMany({
    where: { aggregateId: attempt.attemptId },
    orderBy: { position: 'asc' },
  });
  expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
});

describe('capture in parts', () => {
  const captureSome = (attempt: Attempt, amount: number, part: { isFinal: boolean; capturedBefore: number }) =>
    kit.app.commands.capturePayment(captureMessage(attempt, money(amount, 'EUR'), part));

  test('takes each once, and lets go of the rest with the last', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    await captureSome(attempt, 1_000, { isFinal: false, capturedBefore: 0 });
    expect(await kit.payment(attempt)).toMatchObject({ status: 'AUTHORIZED', captured: 1_000 });
    // The order had no answer and asks again, with another message.
    await captureSome(attempt, 1_000, { isFinal: false, capturedBefore: 0 });
    await Promise.all(
      Array.from({ length: 3 }, () => captureSome(attempt, 1_500, { isFinal: false, capturedBefore: 1_000 })),
    );
    expect(await kit.payment(attempt)).toMatchObject({ status: 'AUTHORIZED', captured: 2_500 });
    await captureSome(attempt, 2_000, { isFinal: true, capturedBefore: 2_500 });
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', captured: 4_500 });
    const moved = ['AUTHORIZATION 5000', 'CAPTURE 1000', 'CAPTURE 1500', 'CAPTURE 2000', 'VOID 500'];
    expect(await consistent(attempt)).toEqual(moved);
    expect((await kit.replies(attempt)).at(-1)).toMatchObject({
      ...{ type: 'payment.captured', data: { amount: money(4_500, 'EUR'), isFinal: true } },
    });
  });

  test('is undone by a void of the rest and a refund of what was taken', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    await captureSome(attempt, 1_000, { isFinal: false, capturedBefore: 0 });
    await cancel(attempt);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED', refunded: 1_000 });
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 1000', 'VOID 4000', 'REFUND 1000']);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'captured', 'cancelled']);
  });
});

describe('a second attempt to pay an order', () => {
  const attempts = () => {
    const first = anAttempt();
    return [first, { ...anAttempt(), orderId: first.orderId }] as const;
  };

  test('waits while the first may hold money, and is then taken up', async () => {
    const [first, second] = attempts();
    await authorize(first, 'tok_action_required');
    await expect(authorize(second)).rejects.toThrow('is not over');
    expect(await kit.effects(second)).toEqual([]);
    await cancel(first);
    await authorize(second);
    expect(await kit.payment(second)).toMatchObject({ status: 'AUTHORIZED' });
    expect(await kit.effects(first)).toEqual([]);
  });

  test('is as good as the first after a decline', async () => {
    const [first, second] = attempts();
    await authorize(first, 'tok_decline');
    await authorize(second);
    expect(await kit.replyTypes(second)).toEqual(['authorized']);
  });

  test('at the same moment: one holds money, the other nothing', async () => {
    for (let round = 1; round <= 5; round++) {
      const both = attempts();
      const ends = await Promise.allSettled(both.map((attempt) => authorize(attempt)));
      expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const effects = await Promise.all(both.map((attempt) => kit.effects(attempt)));
      expect(effects.flat()).toEqual(['AUTHORIZATION 5000']);
    }
  });
});

describe('a provider that reports another amount or currency than requested', () => {
  const [asked, less, dollars] = [money(5_000, 'EUR'), money(4_000, 'EUR'), money(5_000, 'USD')];
  let [held, taken] = [asked, asked];
  const provider: PaymentProvider = {
    name: 'odd',
    ...keepsNothing,
    authorize: async () => ({ kind: 'approved', reference: crypto.randomUUID(), held }),
    confirm: async () => ({ kind: 'approved', reference: 'r', held }),
    capture: async () => ({ kind: 'captured', amount: taken, held: { ...taken, amount: 0 } }),
    void: async () => ({ kind: 'voided', released: held }),
    refund: async ({ amount }) => ({ kind: 'refunded', amount }),
    lookup: async () => ({ kind: 'approved', reference: 'r', held }),
  };
  let odd: PaymentTestApp;
  beforeAll(async () => {
    odd = await paymentTestApp({ provider });
  });
  afterAll(() => odd[Symbol.asyncDispose]());
  beforeEach(() => {
    [held, taken] = [asked, asked];
  });
  const amounts = async (attempt: Attempt) =>
    (await odd.replies(attempt)).map(({ type, data }) => [type, data.amount ?? data.refunded ?? null]);
  const authorizePayment = (attempt: Attempt) => odd.app.commands.authorizePayment(authorizeMessage(attempt));
  const capturePayment = (attempt: Attempt) => odd.app.commands.capturePayment(captureMessage(attempt));
  const cancelPayment = (attempt: Attempt) => odd.app.commands.cancelPayment(cancelMessage(attempt));

  test('a lower amount is booked and reported as it is, and can be undone', async () => {
    const [short, shorter] = [anAttempt(), anAttempt()];
    held = less;
    await authorizePayment(short);
    await capturePayment(short);
    await cancelPayment(short);
    expect((await amounts(short)).map(([type]) => type)).toEqual([
      ...['payment.authorized', 'payment.capture-failed', 'payment.cancelled'],
    ]);
    expect(await odd.ledger(short)).toEqual(['AUTHORIZATION 4000', 'VOID 4000']);
    [held, taken] = [asked, less];
    await authorizePayment(shorter);
    await capturePayment(shorter);
    await cancelPayment(shorter);
    expect(await amounts(shorter)).toEqual([
      ['payment.authorized', asked],
      ['payment.captured', less],
      ['payment.cancelled', less],
    ]);
    expect(await odd.ledger(shorter)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 4000', 'VOID 1000', 'REFUND 4000']);
  });

  test('another currency is not booked, and the call is repeated until it is consistent', async () => {
    const attempt = anAttempt();
    await authorizePayment(attempt);
    taken = dollars;
    await capturePayment(attempt);
    await odd.sweepLater();
    expect(await amounts(attempt)).toEqual([['payment.authorized', asked]]);
    expect(await odd.ledger(attempt)).toEqual(['AUTHORIZATION 5000']);
    expect(odd.faults.at(-1)).toContain('"captured" of 50.00 USD, but 50.00 EUR was requested');
    taken = asked;
    await odd.sweepLater();
    expect((await amounts(attempt)).at(-1)).toEqual(['payment.captured', asked]);
    expect(await odd.ledger(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
  });
});
