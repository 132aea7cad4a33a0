import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { CallerFault } from '#contracts/result.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage } from '#kit/payment/builders.ts';
import type { ConfirmPayment } from './confirm-payment.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const customerId = newId('User');
const waiting = async (paymentMethodToken = 'tok_action_required') => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt, { customerId, paymentMethodToken }));
  const { id: paymentId } = await kit.payment(attempt);
  const confirm = (changes: Partial<ConfirmPayment> = {}) =>
    kit.app.commands.confirmPayment({
      ...{ customerId, idempotencyKey: crypto.randomUUID(), paymentId, code: 'approve' },
      ...changes,
    });
  const replies = () => kit.replyTypes(attempt);
  return { attempt, paymentId, confirm, replies };
};

describe('a payment that needs an extra step', () => {
  test('is reported to the order and holds nothing', async () => {
    const { attempt, replies } = await waiting();
    expect(await replies()).toEqual(['action-required']);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'ACTION_REQUIRED', authorized: 0 });
    expect(await kit.effects(attempt)).toEqual([]);
  });

  test('continues when the customer completes the step', async () => {
    const { attempt, paymentId, confirm, replies } = await waiting();
    expect(await confirm()).toEqual({ ok: true, value: paymentId });
    expect(await replies()).toEqual(['action-required', 'authorized']);
    await kit.app.commands.capturePayment(captureMessage(attempt));
    expect(await kit.ledger(attempt)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
    expect(await kit.effects(attempt)).toEqual(await kit.ledger(attempt));
  });

  test("continues when the customer completes it on the provider's page, and comes back to the shop", async () => {
    const attempt = anAttempt();
    const [paymentMethodToken, returnUrl] = ['tok_action_required', 'https://shop.example/paid?order=1'];
    await kit.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken, returnUrl }));
    const { actionUrl } = await kit.payment(attempt);
    const body = new URLSearchParams({ code: 'approve' });
    const answer = await fetch(actionUrl ?? '', { method: 'POST', redirect: 'manual', body });
    expect(answer.headers.get('location')).toMatch(/^https:\/\/shop\.example\/paid\?order=1&payment_intent=pi_/);
    await kit.sweepLater();
    expect(await kit.replyTypes(attempt)).toEqual(['action-required', 'authorized']);
  });

  test('is declined when the step fails', async () => {
    const { confirm, replies } = await waiting();
    expect(await confirm({ code: 'wrong' })).toMatchObject({ ok: true });
    expect(await replies()).toEqual(['action-required', 'declined']);
  });

  test('the same key is one step, also concurrently; with another code it is a conflict', async () => {
    const { attempt, paymentId, confirm, replies } = await waiting();
    const idempotencyKey = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirm({ idempotencyKey })));
    expect(answers).toEqual(answers.map(() => ({ ok: true, value: paymentId })));
    expect(await confirm({ idempotencyKey })).toEqual({ ok: true, value: paymentId });
    expect(await confirm({ idempotencyKey, code: 'else' })).toMatchObject({ failure: { kind: 'IdempotencyConflict' } });
    expect(await replies()).toEqual(['action-required', 'authorized']);
    expect(await kit.effects(attempt)).toEqual(['AUTHORIZATION 5000']);
  });

  test('another key finds it not waiting', async () => {
    const { paymentId, confirm } = await waiting();
    await confirm();
    expect(await confirm()).toMatchObject({ ok: false, failure: { kind: 'PaymentNotConfirmable', paymentId } });
  });

  test('does not exist for another customer, whose attempt leaves no trace', async () => {
    const { attempt, confirm } = await waiting();
    const fault = await confirm({ customerId: newId('User') }).catch((error: CallerFault) => error);
    expect(fault).toMatchObject({ code: 'NOT_FOUND' });
    expect(await confirm({ paymentId: newId('Payment') }).catch((error: CallerFault) => error)).toEqual(fault);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'ACTION_REQUIRED' });
  });

  test('cancelled before the step cannot be confirmed', async () => {
    const { attempt, confirm, replies } = await waiting();
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    expect(await confirm()).toMatchObject({ failure: { kind: 'PaymentNotConfirmable' } });
    expect(await replies()).toEqual(['action-required', 'cancelled']);
    expect(await kit.effects(attempt)).toEqual([]);
  });

  test('cancelled and confirmed concurrently leaves nothing held, and the books agree', async () => {
    for (let round = 0; round < 10; round++) {
      const { attempt, confirm, replies } = await waiting();
      await Promise.all([confirm(), kit.app.commands.cancelPayment(cancelMessage(attempt))]);
      expect((await replies()).at(-1)).toBe('cancelled');
      expect(await kit.ledger(attempt)).toEqual(await kit.effects(attempt));
      expect([[], ['AUTHORIZATION 5000', 'VOID 5000']]).toContainEqual(await kit.effects(attempt));
    }
  });
});
