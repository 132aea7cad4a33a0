/** What a provider knows of payments when it is asked: by which the outcome of a call is found out, and the books are compared. */
import { expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { amount, aroundNow, asked, call, captured, held, type ProviderUnderTest, soon } from './provider.suite.ts';

export const stateSuite = (under: ProviderUnderTest): void => {
  knowing(under);
  if (under.lists) listing(under);
};

const knowing = (under: ProviderUnderTest): void => {
  const { provider, tokens, byHand } = under;

  test('knows what there is of an attempt: nothing, a hold, its end', async () => {
    const request = asked(tokens.approved[0]);
    const find = () => provider().find({ attemptId: request.attemptId, ...aroundNow() }, soon());
    expect(await find()).toBeUndefined();
    const reference = (await provider().authorize(request, call())).reference ?? '';
    await byHand?.receive(reference, amount);
    const state = await provider().state({ reference }, soon());
    expect(state).toMatchObject({
      ...{ reference, attemptId: request.attemptId, amount, authorization: { kind: 'approved', held: amount } },
      ...{ held: amount, captured: money(0, 'EUR'), end: null, refunds: [], disputes: [] },
    });
    expect(await find()).toEqual(state);
    await provider().void({ reference }, call());
    expect(await find()).toMatchObject({ held: money(0, 'EUR'), captured: money(0, 'EUR'), end: 'CANCELLED' });
  });
};

const listing = (under: ProviderUnderTest): void => {
  const { provider } = under;

  test('lists the payments of a time, each once', async () => {
    const [hold, taken] = [await held(under), await captured(under)];
    await provider().refund({ reference: taken, amount: money(1_000, 'EUR') }, call());
    const listed = async (window: ReturnType<typeof aroundNow>) => {
      const found = [];
      for await (const payment of provider().list?.(window, soon()) ?? [])
        if ([hold, taken].includes(payment.reference)) found.push(payment);
      return found.toSorted((one, other) => other.held.amount - one.held.amount);
    };
    expect(await listed(aroundNow())).toMatchObject([
      { reference: hold, held: amount, captured: { amount: 0 }, refunded: { amount: 0 }, isDisputed: false },
      { reference: taken, held: { amount: 0 }, captured: amount, refunded: money(1_000, 'EUR'), isDisputed: false },
    ]);
    expect(await listed({ since: new Date(0), until: new Date(1_000) })).toEqual([]);
  });
};
