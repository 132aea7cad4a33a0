/** The suite of every provider, with staff who record what happens to the money. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { amount, asked, call, captured, type ProviderUnderTest, providerSuite } from '../provider.suite.ts';
import { methodsSuite } from '../provider-methods.suite.ts';
import { stateSuite } from '../provider-state.suite.ts';
import { offlineBook } from './book.ts';
import { offlineProvider } from './provider.ts';

let kit: PaymentTestApp;
let provider: ReturnType<typeof offlineProvider>;
beforeAll(async () => {
  kit = await paymentTestApp();
  provider = offlineProvider(kit.prisma);
});
afterAll(() => kit[Symbol.asyncDispose]());

const receive = (reference: string, of: Money) =>
  kit.prisma.$transaction((tx) => offlineBook(tx).recordFunds(reference, of, new Date()));

/** In the words of a provider that holds money. */
const effects = async (reference: string) => {
  const rows = await kit.prisma.offlineEntry.findMany({ where: { reference }, orderBy: { position: 'asc' } });
  const hasCome = rows.some(({ kind }) => kind === 'FUNDS');
  const names: Readonly<Record<string, string>> = { FUNDS: 'AUTHORIZATION', CAPTURE: 'CAPTURE', REFUND: 'REFUND' };
  return rows.flatMap(({ kind, amount: of }) => {
    const name = kind === 'VOID' && hasCome ? kind : names[kind];
    return name ? [`${name} ${of}`] : [];
  });
};

const under: ProviderUnderTest = {
  provider: () => provider,
  tokens: { approved: ['offline_transfer', 'offline_cash'], unknown: 'tok_approve', declined: [] },
  effects,
  byHand: {
    receive,
    payBack: (reference, refund) =>
      kit.prisma.$transaction((tx) => offlineBook(tx).recordRefund(reference, refund, new Date())),
  },
};
providerSuite(under);
stateSuite(under);
methodsSuite(under);

test('money is recorded once', async () => {
  const reference = (await provider.authorize(asked('offline_cash'), call())).reference ?? '';
  await receive(reference, amount);
  expect(await receive(reference, amount)).toBe(false);
  expect(await effects(reference)).toEqual(['AUTHORIZATION 5000']);
});

test('whoever records a refund makes its call due: nobody asks before an hour has passed', async () => {
  const reference = await captured(under);
  await expect(provider.refund({ reference, amount }, call())).rejects.toMatchObject({ retryAfterMs: 3_600_000 });
});

test('the book is append-only', async () => {
  await provider.authorize(asked('offline_cash'), call());
  await expect(kit.prisma.offlineEntry.deleteMany({})).rejects.toThrow(/append-only/);
});
