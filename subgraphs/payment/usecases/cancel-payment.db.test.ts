import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage } from '#kit/payment/builders.ts';
import type { Attempt } from '../domain/payment.ts';

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

describe('cancel', () => {
  const outcomeOf = async (attempt: Attempt) => (await kit.replies(attempt)).at(-1)?.data.outcome;

  test('before the attempt arrived declines it without calling the provider', async () => {
    const attempt = anAttempt();
    await cancel(attempt);
    expect(await kit.replies(attempt)).toMatchObject([
      { type: 'payment.cancelled', data: { paymentId: null, outcome: 'NOTHING', refunded: null } },
    ]);
    await authorize(attempt);
    expect((await kit.replies(attempt)).at(-1)).toMatchObject({
      type: 'payment.declined',
      data: { reason: 'WITHDRAWN' },
    });
    expect(await kit.payment(attempt)).toMatchObject({ status: 'WITHDRAWN' });
    expect(await consistent(attempt)).toEqual([]);
    await capture(attempt);
    await cancel(attempt);
    expect((await kit.replyTypes(attempt)).slice(-2)).toEqual(['capture-failed', 'cancelled']);
  });

  test('of a hold releases it', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    await cancel(attempt);
    expect(await outcomeOf(attempt)).toBe('VOIDED');
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'VOID 5000']);
  });

  test('of a capture refunds it', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    await capture(attempt);
    await cancel(attempt);
    expect((await kit.replies(attempt)).at(-1)?.data).toMatchObject({
      outcome: 'REFUNDED',
      refunded: money(5_000, 'EUR'),
    });
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 5000']);
  });

  test('of a decline, or of an extra step never completed, undoes nothing and reports so', async () => {
    const [declined, waiting] = [anAttempt(), anAttempt()];
    await authorize(declined, 'tok_decline');
    await authorize(waiting, 'tok_action_required');
    await cancel(declined);
    await cancel(waiting);
    expect(await outcomeOf(declined)).toBe('NOTHING');
    expect(await outcomeOf(waiting)).toBe('NOTHING');
    expect(await consistent(waiting)).toEqual([]);
  });

  test('repeated gets the same reply and undoes nothing twice', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    await capture(attempt);
    await Promise.all([cancel(attempt), cancel(attempt), cancel(attempt)]);
    await cancel(attempt);
    expect(await outcomeOf(attempt)).toBe('REFUNDED');
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 5000']);
  });

  test('ends the attempt: late commands get nothing', async () => {
    const attempt = anAttempt();
    await authorize(attempt);
    await cancel(attempt);
    await capture(attempt);
    await authorize(attempt);
    expect(await kit.replyTypes(attempt)).toEqual(['authorized', 'cancelled', 'capture-failed', 'declined']);
    expect(await consistent(attempt)).toEqual(['AUTHORIZATION 5000', 'VOID 5000']);
  });

  test.each(['hold', 'capture'])('refused by the bank for a %s is reported and can be repeated', async (what) => {
    const attempt = anAttempt();
    await authorize(attempt, 'tok_void_fail');
    if (what === 'capture') await capture(attempt);
    await cancel(attempt);
    await cancel(attempt);
    expect((await kit.replyTypes(attempt)).slice(-2)).toEqual(['cancel-failed', 'cancel-failed']);
    const operations = await kit.prisma.operation.findMany({
      where: { payment: { attemptId: attempt.attemptId }, kind: { in: ['VOID', 'REFUND'] } },
    });
    expect(new Set(operations.map(({ key }) => key)).size).toBe(2);
  });
});
