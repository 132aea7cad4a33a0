/** What applies of adapters/provider.suite.ts, and what only staff can do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import type { ProviderCall } from '../../usecases/ports.ts';
import { offlineBook } from './book.ts';
import { offlineProvider } from './provider.ts';

let kit: PaymentTestApp;
let provider: ReturnType<typeof offlineProvider>;
beforeAll(async () => {
  kit = await paymentTestApp();
  provider = offlineProvider(kit.prisma);
});
afterAll(() => kit[Symbol.asyncDispose]());

const amount = money(5_000, 'EUR');
const call = (key: string = crypto.randomUUID()): ProviderCall => ({ key, signal: AbortSignal.timeout(5_000) });
const asked = (token = 'offline_transfer', of = amount) => ({
  ...{ attemptId: newId('Attempt'), orderId: newId('Order'), amount: of, method: { token } },
});
const look = (reference: string) => provider.lookup({ reference }, AbortSignal.timeout(5_000));
const record = (reference: string, of = amount) =>
  kit.prisma.$transaction((tx) => offlineBook(tx).recordFunds(reference, of, new Date()));
const begun = async () => (await provider.authorize(asked(), call())).reference ?? '';
const paid = async () => {
  const reference = await begun();
  await record(reference);
  return reference;
};
const captured = async () => {
  const reference = await paid();
  await provider.capture({ reference, amount }, call());
  return reference;
};
const entries = async (reference: string) => {
  const rows = await kit.prisma.offlineEntry.findMany({ where: { reference }, orderBy: { position: 'asc' } });
  return rows.map(({ kind, amount: of }) => `${kind} ${of}`);
};

describe('authorize', () => {
  test.each(['offline_transfer', 'offline_cash'])(
    'with %s holds nothing until staff record the money',
    async (token) => {
      const answer = await provider.authorize(asked(token), call());
      expect(answer).toMatchObject({ kind: 'awaitingFunds' });
      const reference = answer.reference ?? '';
      expect(await look(reference)).toEqual({ kind: 'awaitingFunds', reference });
      await record(reference);
      expect(await look(reference)).toEqual({ kind: 'approved', reference, held: amount });
    },
  );

  test('again, five times at once, with the same key is one request', async () => {
    const [request, key] = [asked(), crypto.randomUUID()];
    const answers = await Promise.all(Array.from({ length: 5 }, () => provider.authorize(request, call(key))));
    expect(new Set(answers.map(({ reference }) => reference)).size).toBe(1);
    expect(await entries(answers[0]?.reference ?? '')).toEqual(['REQUEST 5000']);
  });

  test.each([
    ['another token', asked('tok_approve')],
    ['nothing to pay', asked('offline_transfer', money(0, 'EUR'))],
  ])('of %s is declined', async (_, request) => {
    expect(await provider.authorize(request, call())).toMatchObject({ kind: 'declined', reason: 'INVALID_METHOD' });
  });

  test('with a key that was used for another amount, or aborted, is an error', async () => {
    const [request, key] = [asked(), crypto.randomUUID()];
    await provider.authorize(request, call(key));
    await expect(provider.authorize({ ...request, amount: money(1, 'EUR') }, call(key))).rejects.toThrow();
    await expect(provider.authorize(asked(), { key, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

test('what there is of an attempt is found by it', async () => {
  const request = asked();
  const find = () =>
    provider.find({ attemptId: request.attemptId, since: new Date(0), until: new Date() }, AbortSignal.timeout(5_000));
  expect(await find()).toBeUndefined();
  await provider.authorize(request, call());
  expect(await find()).toMatchObject({
    attemptId: request.attemptId,
    amount,
    authorization: { kind: 'awaitingFunds' },
  });
});

test('money is recorded once', async () => {
  const reference = await paid();
  await expect(record(reference)).rejects.toThrow();
  expect(await entries(reference)).toEqual(['REQUEST 5000', 'FUNDS 5000']);
});

describe('capture', () => {
  test('takes what has come, once per key, and never more', async () => {
    const [reference, key] = [await paid(), crypto.randomUUID()];
    const first = await provider.capture({ reference, amount }, call(key));
    expect(first).toEqual({ kind: 'captured', amount });
    expect(await provider.capture({ reference, amount }, call(key))).toEqual(first);
    expect(await provider.capture({ reference, amount }, call())).toMatchObject({ kind: 'captureRefused' });
    expect(await entries(reference)).toEqual(['REQUEST 5000', 'FUNDS 5000', 'CAPTURE 5000']);
  });

  test('is refused before the money has come and after a void', async () => {
    const reference = await begun();
    expect(await provider.capture({ reference, amount }, call())).toMatchObject({ kind: 'captureRefused' });
    const gone = await paid();
    await provider.void({ reference: gone }, call());
    expect(await provider.capture({ reference: gone, amount }, call())).toMatchObject({ kind: 'captureRefused' });
  });
});

describe('void', () => {
  test('ends the waiting, and releases what has come, once', async () => {
    const waiting = await begun();
    expect(await provider.void({ reference: waiting }, call())).toEqual({ kind: 'voided', released: null });
    expect(await look(waiting)).toMatchObject({ kind: 'declined' });
    const [reference, key] = [await paid(), crypto.randomUUID()];
    const first = await provider.void({ reference }, call(key));
    expect(first).toEqual({ kind: 'voided', released: amount });
    expect(await provider.void({ reference }, call(key))).toEqual(first);
    expect(await provider.void({ reference }, call())).toEqual({ kind: 'voided', released: null });
  });

  test('of what is captured is refused', async () => {
    expect(await provider.void({ reference: await captured() }, call())).toMatchObject({ kind: 'voidRefused' });
  });
});

describe('refund', () => {
  test('waits for staff, in parts, and never more than was captured', async () => {
    const [reference, key, part] = [await captured(), crypto.randomUUID(), money(3_000, 'EUR')];
    for (let time = 1; time <= 2; time++)
      await expect(provider.refund({ reference, amount: part }, call(key))).rejects.toMatchObject({
        ...{ next: 'sameKey', retryAfterMs: 3_600_000 },
      });
    const state = () => provider.state({ reference }, AbortSignal.timeout(5_000));
    expect((await state()).refunds).toMatchObject([{ operationKey: key, amount: part, state: 'PENDING' }]);
    expect(await provider.refund({ reference, amount: part }, call())).toMatchObject({ kind: 'refundRefused' });
    await kit.prisma.$transaction((tx) => offlineBook(tx).recordRefund(reference, { key, amount: part }, new Date()));
    expect(await provider.refund({ reference, amount: part }, call(key))).toEqual({ kind: 'refunded', amount: part });
    expect(await state()).toMatchObject({ captured: amount, held: money(0, 'EUR'), refunds: [{ state: 'SUCCEEDED' }] });
    expect((await entries(reference)).slice(2)).toEqual(['CAPTURE 5000', 'REFUND_REQUEST 3000', 'REFUND 3000']);
  });
});

test('the book is append-only', async () => {
  await begun();
  await expect(kit.prisma.offlineEntry.deleteMany({})).rejects.toThrow(/append-only/);
});
