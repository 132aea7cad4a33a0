/**
 * What every payment provider must do. Its adapter's test hands in one that is ready to be called, and says what it can: a provider
 * that has no extra step, or keeps no payment methods, is not asked for them.
 */
import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import type { DeclineReason } from '../domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '../usecases/provider.ts';

export interface ProviderUnderTest {
  readonly provider: () => PaymentProvider;
  /** Payment methods of the provider's test mode. */
  readonly tokens: {
    readonly approved: readonly [string, ...string[]];
    readonly unknown: string;
    readonly declined: readonly (readonly [token: string, reason: DeclineReason])[];
  };
  /** `KIND amount` of what happened to the money, oldest first. */
  readonly effects: (reference: string) => Promise<readonly string[]>;
  /** Where people move the money: until they record that it came, or went back, the provider waits. */
  readonly byHand?: {
    readonly receive: (reference: string, amount: Money) => Promise<unknown>;
    readonly payBack: (reference: string, refund: { readonly key: string; readonly amount: Money }) => Promise<unknown>;
  };
  /** The customer has to take a step first; the codes are what comes back from it. */
  readonly extraStep?: { readonly token: string; readonly passed: string; readonly failed: string };
  /** How a method on file is shown, once that of the first approved token is kept. */
  readonly onFile?: { readonly brand: string; readonly last4: string };
  /** Of a hold may be taken some, and later more. */
  readonly capturesInParts?: true;
  readonly lists?: true;
}

export const amount = money(5_000, 'EUR');
export const soon = (ms = 5_000) => AbortSignal.timeout(ms);
export const call = (key: string = crypto.randomUUID(), ms?: number): ProviderCall => ({ key, signal: soon(ms) });
export const asked = (token: string, of: Money = amount) => ({
  ...{ attemptId: newId('Attempt'), orderId: newId('Order'), amount: of, method: { token } },
});
/** From a minute ago to a minute ahead: the provider's clock is its own. */
export const aroundNow = () => ({ since: new Date(Date.now() - 60_000), until: new Date(Date.now() + 60_000) });

export const providerSuite = (under: ProviderUnderTest): void => {
  authorizing(under);
  if (under.extraStep) extraSteps(under, under.extraStep);
  capturing(under);
  voiding(under);
  refunding(under);
};

const begun = async ({ provider }: ProviderUnderTest, token: string): Promise<string> => {
  const { reference } = await provider().authorize(asked(token), call());
  if (reference === null) throw new Error('no reference');
  return reference;
};

/** The whole amount is held. */
export const held = async (under: ProviderUnderTest, token: string = under.tokens.approved[0]): Promise<string> => {
  const reference = await begun(under, token);
  await under.byHand?.receive(reference, amount);
  return reference;
};

export const captured = async (under: ProviderUnderTest, token?: string): Promise<string> => {
  const reference = await held(under, token);
  await under.provider().capture({ reference, amount }, call());
  return reference;
};

/** One of which nothing is held yet; undefined where everything is held at once. */
const waiting = async (under: ProviderUnderTest): Promise<string | undefined> => {
  const token = under.byHand ? under.tokens.approved[0] : under.extraStep?.token;
  return token === undefined ? undefined : begun(under, token);
};

const authorizing = ({ provider, tokens, effects, byHand }: ProviderUnderTest): void => {
  const lookup = (reference: string) => provider().lookup({ reference }, soon());

  describe('authorize', () => {
    test.each(tokens.approved)('holds the amount and takes nothing: %s', async (token) => {
      const answer = await provider().authorize(asked(token), call());
      const reference = answer.reference ?? '';
      const approved = { kind: 'approved', reference, held: amount };
      if (byHand) {
        expect(answer).toEqual({ kind: 'awaitingFunds', reference });
        expect([await lookup(reference), await effects(reference)]).toEqual([answer, []]);
        await byHand.receive(reference, amount);
      } else expect(answer).toEqual(approved);
      expect([await lookup(reference), await effects(reference)]).toEqual([approved, ['AUTHORIZATION 5000']]);
    });

    test.each([...tokens.declined, [tokens.unknown, 'INVALID_METHOD'] as const])(
      'declines %s as %s',
      async (token, reason) => {
        const answer = await provider().authorize(asked(token), call());
        expect(answer).toMatchObject({ kind: 'declined', reason, message: expect.stringMatching(/\.$/) });
        if (answer.reference !== null) expect(await effects(answer.reference)).toEqual([]);
      },
    );

    test('of a zero amount is declined', async () => {
      const answer = await provider().authorize(asked(tokens.approved[0], money(0, 'EUR')), call());
      expect(answer).toMatchObject({ kind: 'declined' });
    });

    test('again with the same key, even at once, is the same hold', async () => {
      const [request, key] = [asked(tokens.approved[0]), crypto.randomUUID()];
      // A provider may refuse to look at a key that is being worked on: that is no answer, and so not wrong.
      const ends = await Promise.allSettled(Array.from({ length: 5 }, () => provider().authorize(request, call(key))));
      const answers = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      const { reference } = await provider().authorize(request, call(key));
      expect(new Set(answers.map((answer) => answer.reference))).toEqual(new Set([reference]));
      await byHand?.receive(reference ?? '', amount);
      expect(await effects(reference ?? '')).toEqual(['AUTHORIZATION 5000']);
    });

    test('with a key that was used for another amount is an error', async () => {
      const [request, key] = [asked(tokens.approved[0]), crypto.randomUUID()];
      await provider().authorize(request, call(key));
      await expect(provider().authorize({ ...request, amount: money(1, 'EUR') }, call(key))).rejects.toThrow();
    });

    test('that is aborted is an error', async () => {
      const aborted = { key: crypto.randomUUID(), signal: AbortSignal.abort() };
      await expect(provider().authorize(asked(tokens.approved[0]), aborted)).rejects.toThrow();
    });
  });
};

const extraSteps = (
  under: ProviderUnderTest,
  { token, passed, failed }: NonNullable<ProviderUnderTest['extraStep']>,
): void => {
  const { provider, effects } = under;

  describe('an extra step', () => {
    test('holds nothing until it is completed', async () => {
      const reference = await begun(under, token);
      expect(await provider().lookup({ reference }, soon())).toMatchObject({ kind: 'actionRequired' });
      expect(await effects(reference)).toEqual([]);
      const approved = { kind: 'approved', held: amount };
      expect(await provider().confirm({ reference, code: passed }, call())).toMatchObject(approved);
      expect(await provider().lookup({ reference }, soon())).toMatchObject(approved);
      expect(await effects(reference)).toEqual(['AUTHORIZATION 5000']);
    });

    test('that fails declines the payment', async () => {
      const reference = await begun(under, token);
      expect(await provider().confirm({ reference, code: failed }, call())).toMatchObject({ kind: 'declined' });
      expect(await effects(reference)).toEqual([]);
    });

    test('cannot be taken after a void', async () => {
      const reference = await begun(under, token);
      await provider().void({ reference }, call());
      expect(await provider().confirm({ reference, code: passed }, call())).toMatchObject({ kind: 'declined' });
      expect(await effects(reference)).toEqual([]);
    });
  });
};

const capturing = (under: ProviderUnderTest): void => {
  const { provider, effects } = under;
  const refused = { kind: 'captureRefused', reason: expect.any(String) };

  describe('capture', () => {
    test('captures the hold once per key', async () => {
      const [reference, key] = [await held(under), crypto.randomUUID()];
      const first = await provider().capture({ reference, amount }, call(key));
      expect(first).toMatchObject({ kind: 'captured', amount });
      expect(await provider().capture({ reference, amount }, call(key))).toEqual(first);
      expect(await provider().capture({ reference, amount }, call())).toMatchObject(refused);
      expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
    });

    test('captures less than the hold, and lets go of the rest', async () => {
      const [reference, some] = [await held(under), money(1_200, 'EUR')];
      const answer = await provider().capture({ reference, amount: some }, call());
      const nothing = money(0, 'EUR');
      expect(answer).toMatchObject({ kind: 'captured', amount: some, held: nothing });
      expect(await provider().state({ reference }, soon())).toMatchObject({ captured: some, held: nothing });
    });

    test('in parts leaves the rest held, for a void to let go of, or is refused', async () => {
      const [reference, part] = [await held(under), money(2_000, 'EUR')];
      const first = await provider().capture({ reference, amount: part, isFinal: false }, call());
      if (!under.capturesInParts) return expect(first).toMatchObject(refused);
      expect(first).toEqual({ kind: 'captured', amount: part, held: money(3_000, 'EUR') });
      const more = { reference, amount: money(1_000, 'EUR'), isFinal: false, capturedBefore: 2_000 };
      const second = await provider().capture(more, call());
      expect(second).toEqual({ kind: 'captured', amount: money(1_000, 'EUR'), held: part });
      expect(await provider().void({ reference }, call())).toEqual({ kind: 'voided', released: part });
      expect(await provider().state({ reference }, soon())).toMatchObject({
        ...{ amount, held: money(0, 'EUR'), captured: money(3_000, 'EUR'), end: null },
        authorization: { kind: 'approved', held: amount },
      });
      expect(await effects(reference)).toEqual([
        ...['AUTHORIZATION 5000', 'CAPTURE 2000', 'CAPTURE 1000', 'VOID 2000'],
      ]);
    });

    test('is refused beyond the hold, before there is one and after a void', async () => {
      const [reference, early] = [await held(under), await waiting(under)];
      expect(await provider().capture({ reference, amount: money(5_001, 'EUR') }, call())).toMatchObject(refused);
      if (early) expect(await provider().capture({ reference: early, amount }, call())).toMatchObject(refused);
      await provider().void({ reference }, call());
      expect(await provider().capture({ reference, amount }, call())).toMatchObject(refused);
    });
  });
};

const voiding = (under: ProviderUnderTest): void => {
  const { provider, effects } = under;

  describe('void', () => {
    test('releases the hold once, and reports its amount', async () => {
      const [reference, key] = [await held(under), crypto.randomUUID()];
      for (let time = 1; time <= 2; time++)
        expect(await provider().void({ reference }, call(key))).toEqual({ kind: 'voided', released: amount });
      expect(await provider().void({ reference }, call())).toEqual({ kind: 'voided', released: null });
      expect(await provider().lookup({ reference }, soon())).toMatchObject({ kind: 'declined' });
      expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'VOID 5000']);
    });

    test('before there is a hold releases nothing and ends the wait', async () => {
      const reference = await waiting(under);
      if (reference === undefined) return;
      expect(await provider().void({ reference }, call())).toEqual({ kind: 'voided', released: null });
      expect(await provider().lookup({ reference }, soon())).toMatchObject({ kind: 'declined' });
      expect(await effects(reference)).toEqual([]);
    });

    test('of what is captured is refused', async () => {
      const answer = await provider().void({ reference: await captured(under) }, call());
      expect(answer).toEqual({ kind: 'voidRefused', reason: expect.any(String), held: amount });
    });
  });
};

const refunding = (under: ProviderUnderTest): void => {
  const { provider, effects, byHand } = under;

  test('refunds in parts what was captured, each once per key, and never more', async () => {
    const reference = await captured(under);
    const refund = (part: Money, key?: string) => provider().refund({ reference, amount: part }, call(key));
    const state = () => provider().state({ reference }, soon());
    const [most, rest] = [money(3_000, 'EUR'), money(2_000, 'EUR')];
    const keys = [crypto.randomUUID(), crypto.randomUUID()] as const;
    const paidBack = async (part: Money, key: string) => {
      if (byHand) {
        for (let time = 1; time <= 2; time++)
          await expect(refund(part, key)).rejects.toMatchObject({ name: 'ProviderFault', next: 'sameKey' });
        expect((await state()).refunds).toContainEqual(
          expect.objectContaining({ operationKey: key, amount: part, state: 'PENDING' }),
        );
        await byHand.payBack(reference, { key, amount: part });
      }
      for (let time = 1; time <= 2; time++) expect(await refund(part, key)).toEqual({ kind: 'refunded', amount: part });
    };

    await paidBack(most, keys[0]);
    expect(await refund(most)).toMatchObject({ kind: 'refundRefused' });
    await paidBack(rest, keys[1]);
    expect(await refund(money(1, 'EUR'))).toMatchObject({ kind: 'refundRefused' });
    expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 3000', 'REFUND 2000']);
    const { refunds, ...whole } = await state();
    expect(whole).toMatchObject({ captured: amount, held: money(0, 'EUR'), end: null });
    expect(refunds.toSorted((one, other) => other.amount.amount - one.amount.amount)).toMatchObject([
      { operationKey: keys[0], amount: most, state: 'SUCCEEDED' },
      { operationKey: keys[1], amount: rest, state: 'SUCCEEDED' },
    ]);
  });
};
