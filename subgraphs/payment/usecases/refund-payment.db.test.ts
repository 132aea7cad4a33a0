import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, type RefundId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, cancelMessage, captureMessage, refundMessage } from '#kit/payment/builders.ts';
import { providerFrom, providerModel } from '#kit/payment/provider-model.ts';
import { signedIn } from '#kit/user/viewers.ts';
import type { Attempt } from '../domain/payment.ts';

let kit: PaymentTestApp;
beforeAll(async () => {
  kit = await paymentTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const euros = (amount: number) => money(amount, 'EUR');
const captured = async (paymentMethodToken = 'tok_approve'): Promise<Attempt> => {
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt, { paymentMethodToken }));
  await kit.app.commands.capturePayment(captureMessage(attempt));
  return attempt;
};
const refund = (attempt: Attempt, amount: number, id?: RefundId) =>
  kit.app.commands.refundPayment(refundMessage(attempt, euros(amount), id));
const lastReply = async (attempt: Attempt) => (await kit.replies(attempt)).at(-1);
const effectsOf = async (attempt: Attempt) => {
  expect(await kit.ledger(attempt)).toEqual(await kit.effects(attempt));
  return (await kit.effects(attempt)).slice(2);
};

describe('a refund', () => {
  test('gives a part back, each requested one once, until nothing is left', async () => {
    const attempt = await captured();
    const id = newId('Refund');
    await refund(attempt, 1_200, id);
    expect(await lastReply(attempt)).toMatchObject({
      type: 'payment.refunded',
      data: { refundId: id, amount: euros(1_200), totals: { captured: euros(5_000), refunded: euros(1_200) } },
    });
    // Another message about the same refund.
    await refund(attempt, 1_200, id);
    expect(await lastReply(attempt)).toMatchObject({ type: 'payment.refunded', data: { refundId: id } });
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', refunded: 1_200, refunding: 0 });
    await refund(attempt, 3_801);
    expect(await lastReply(attempt)).toMatchObject({
      type: 'payment.refund-failed',
      data: { reason: 'At most 38.00 EUR can be refunded.', totals: { refunded: euros(1_200) } },
    });
    await refund(attempt, 3_800);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'REFUNDED', refunded: 5_000, refunding: 0 });
    expect(await effectsOf(attempt)).toEqual(['REFUND 1200', 'REFUND 3800']);
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    expect(await lastReply(attempt)).toMatchObject({
      type: 'payment.cancelled',
      data: { outcome: 'REFUNDED', refunded: euros(5_000) },
    });
    expect(await effectsOf(attempt)).toHaveLength(2);
  });

  test('of an unknown attempt, of a hold and of another currency fails, and changes nothing', async () => {
    const unknown = anAttempt();
    await refund(unknown, 1);
    expect(await lastReply(unknown)).toMatchObject({
      type: 'payment.refund-failed',
      data: { paymentId: null, totals: null },
    });
    const held = anAttempt();
    await kit.app.commands.authorizePayment(authorizeMessage(held));
    await refund(held, 1);
    expect((await lastReply(held))?.data.reason).toBe('A payment in AUTHORIZED cannot become REFUNDED.');
    const attempt = await captured();
    await kit.app.commands.refundPayment(refundMessage(attempt, money(100, 'KRW')));
    expect((await lastReply(attempt))?.type).toBe('payment.refund-failed');
    expect(await effectsOf(attempt)).toEqual([]);
  });

  test('whose answer is lost is made once', async () => {
    const attempt = await captured('tok_timeout');
    await kit.sweepLater();
    await kit.app.commands.capturePayment(captureMessage(attempt));
    await kit.sweepLater();
    await refund(attempt, 700);
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CAPTURED', refunded: 0, refunding: 700 });
    await kit.sweepLater();
    expect(await kit.payment(attempt)).toMatchObject({ refunded: 700, refunding: 0 });
    expect(await effectsOf(attempt)).toEqual(['REFUND 700']);
  });

  test('at the same time as others takes no more than there is', async () => {
    const attempt = await captured();
    await Promise.all(Array.from({ length: 8 }, () => refund(attempt, 1_500)));
    const types = (await kit.replyTypes(attempt)).slice(2);
    expect(types.filter((type) => type === 'refunded')).toHaveLength(3);
    expect(types.filter((type) => type === 'refund-failed')).toHaveLength(5);
    expect(await effectsOf(attempt)).toEqual(['REFUND 1500', 'REFUND 1500', 'REFUND 1500']);
  });

  test('that is under way holds up a cancel, which gives back the rest', async () => {
    const attempt = await captured('tok_timeout');
    await kit.sweepLater();
    await kit.app.commands.capturePayment(captureMessage(attempt));
    await kit.sweepLater();
    await refund(attempt, 700);
    await kit.app.commands.cancelPayment(cancelMessage(attempt));
    expect(await kit.payment(attempt)).toMatchObject({ status: 'CANCELLING', refunding: 700 });
    await kit.sweepLater();
    await kit.sweepLater();
    expect((await kit.replyTypes(attempt)).slice(-2)).toEqual(['refunded', 'cancelled']);
    expect(await effectsOf(attempt)).toEqual(['REFUND 700', 'REFUND 4300']);
  });

  test('that the bank refuses has failed, and can be asked for anew', async () => {
    const model = providerModel({ onAuthorize: 'approve', settles: true, refusesCapture: false, refusesUndo: 1 });
    await using other = await paymentTestApp({ provider: providerFrom(model, async () => 'arrives') });
    const attempt = anAttempt();
    await other.app.commands.authorizePayment(authorizeMessage(attempt));
    await other.app.commands.capturePayment(captureMessage(attempt));
    const id = newId('Refund');
    await other.app.commands.refundPayment(refundMessage(attempt, euros(100), id));
    await other.app.commands.refundPayment(refundMessage(attempt, euros(100), id));
    expect((await other.replies(attempt)).slice(-2)).toMatchObject([
      { type: 'payment.refund-failed', data: { refundId: id, reason: 'No.' } },
      { type: 'payment.refund-failed', data: { refundId: id, reason: 'No.' } },
    ]);
    await other.app.commands.refundPayment(refundMessage(attempt, euros(100)));
    expect(model.effects).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 100']);
    expect(await other.payment(attempt)).toMatchObject({ refunded: 100, refunding: 0, reasonText: null });
  });
});

describe('staff', () => {
  const staff = signedIn(newId('User'), 'STAFF');
  const refunding = `mutation ($key: String!, $input: RefundPaymentInput!) { refundPayment(idempotencyKey: $key, input: $input) {
    __typename ... on RefundPaymentSuccess { refundId payment { status refunded { amount } refundable { amount }
      refunds { id amount { amount } state reason failure } } }
    ... on RefundTooLarge { maximumRefundable { amount } } ... on InvalidPaymentState { from to } } }`;
  const ask = async (paymentId: string, input: object = {}, key = crypto.randomUUID(), viewer: Viewer = staff) => {
    const { data, codes } = await kit.ask(viewer, refunding, {
      key,
      input: { paymentId, reason: 'damaged', ...input },
    });
    return codes?.[0] ?? data.refundPayment;
  };

  test('refund a part or what is left, once per key, with an audit row', async () => {
    const { id: paymentId } = await kit.payment(await captured());
    const key = crypto.randomUUID();
    const first = await ask(paymentId, { amount: euros(2_000) }, key);
    expect(first).toMatchObject({
      __typename: 'RefundPaymentSuccess',
      payment: { status: 'CAPTURED', refunded: { amount: 2_000 }, refundable: { amount: 3_000 } },
    });
    expect((await ask(paymentId, { amount: euros(2_000) }, key)).refundId).toBe(first.refundId);
    expect(await ask(paymentId, { amount: euros(3_001) })).toEqual({
      ...{ __typename: 'RefundTooLarge', maximumRefundable: { amount: 3_000 } },
    });
    expect((await ask(paymentId)).payment).toMatchObject({
      status: 'REFUNDED',
      refunds: [
        { id: first.refundId, amount: { amount: 2_000 }, state: 'SUCCEEDED', reason: 'damaged', failure: null },
        { amount: { amount: 3_000 } },
      ],
    });
    expect(await ask(paymentId)).toEqual({ __typename: 'InvalidPaymentState', from: 'REFUNDED', to: 'REFUNDED' });
    const audited = await kit.prisma.outboxMessage.findMany({
      where: { type: 'staff.acted', data: { path: ['action'], equals: 'refundPayment' } },
    });
    expect(audited.map(({ data }) => data)).toMatchObject([
      { subject: { id: paymentId }, details: { refundId: first.refundId, amount: '2000', currency: 'EUR' } },
      { details: { amount: '3000' } },
    ]);
  });

  test('alone may, and give a reason that is none of a card', async () => {
    const { id: paymentId } = await kit.payment(await captured());
    expect(await ask(paymentId, {}, crypto.randomUUID(), guest)).toBe('UNAUTHENTICATED');
    expect(await ask(paymentId, {}, crypto.randomUUID(), signedIn(newId('User')))).toBe('FORBIDDEN');
    expect(await ask(paymentId, { reason: ' ' })).toBe('BAD_USER_INPUT');
    expect(await ask(paymentId, { reason: '4242 4242 4242 4242' })).toBe('CARD_NUMBER');
    expect(await ask(paymentId, { amount: euros(0) })).toBe('BAD_USER_INPUT');
    expect(await ask(newId('Payment'))).toBe('NOT_FOUND');
  });
});
