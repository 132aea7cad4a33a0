/** What every payment provider must do. Its adapter's test hands in one that is ready to be called. */
import { describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import type { AuthorizationResult, DeclineReason } from '../domain/provider-results.ts';
import type { PaymentProvider, ProviderCall } from '../usecases/ports.ts';

export interface ProviderUnderTest {
  readonly provider: () => PaymentProvider;
  /** Payment methods of the provider's test mode. */
  readonly tokens: {
    readonly approved: string;
    readonly actionRequired: string;
    readonly unknown: string;
    readonly declined: readonly (readonly [token: string, reason: DeclineReason])[];
  };
  /** What the customer brings back from the extra step, passed and failed. */
  readonly codes: { readonly passed: string; readonly failed: string };
  /** `KIND amount` of what happened to the money, oldest first. */
  readonly effects: (reference: string) => Promise<readonly string[]>;
}

const amount = money(5_000, 'EUR');
const call = (key: string = crypto.randomUUID()): ProviderCall => ({ key, signal: AbortSignal.timeout(5_000) });
const asked = (token: string, of: Money = amount) => ({
  ...{ attemptId: newId('Attempt'), orderId: newId('Order'), amount: of, method: { token } },
});

export const providerSuite = (under: ProviderUnderTest): void => {
  authorizing(under);
  extraSteps(under);
  capturing(under);
  voiding(under);
  refunding(under);
  keepingMethods(under);
};

const begun = async (provider: PaymentProvider, token: string): Promise<string> => {
  const { reference } = await provider.authorize(asked(token), call());
  if (reference === null) throw new Error('no reference');
  return reference;
};

const authorizing = ({ provider, tokens, effects }: ProviderUnderTest): void => {
  describe('authorize', () => {
    test('holds the amount and takes nothing', async () => {
      const answer = await provider().authorize(asked(tokens.approved), call());
      expect(answer).toMatchObject({ kind: 'approved', held: amount });
      expect(await effects(answer.reference ?? '')).toEqual(['AUTHORIZATION 5000']);
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
      const answer = await provider().authorize(asked(tokens.approved, money(0, 'EUR')), call());
      expect(answer).toMatchObject({ kind: 'declined' });
    });

    test('again with the same key is the same hold', async () => {
      const [request, key] = [asked(tokens.approved), crypto.randomUUID()];
      const first = await provider().authorize(request, call(key));
      expect(await provider().authorize(request, call(key))).toEqual(first);
      expect(await effects(first.reference ?? '')).toEqual(['AUTHORIZATION 5000']);
    });

    test('five concurrent requests with the same key are one hold', async () => {
      const [request, key] = [asked(tokens.approved), crypto.randomUUID()];
      // A provider may refuse to look at a key that is being worked on: that is no answer, and so not wrong.
      const ends = await Promise.allSettled(Array.from({ length: 5 }, () => provider().authorize(request, call(key))));
      const answers = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      expect(new Set(answers.map(({ reference }: AuthorizationResult) => reference)).size).toBe(1);
      expect(await effects(answers[0]?.reference ?? '')).toEqual(['AUTHORIZATION 5000']);
    });

    test('with a key that was used for another request is an error', async () => {
      const key = crypto.randomUUID();
      await provider().authorize(asked(tokens.approved), call(key));
      await expect(provider().authorize(asked(tokens.approved), call(key))).rejects.toThrow();
    });

    test('that is aborted is an error', async () => {
      const signal = AbortSignal.abort();
      await expect(
        provider().authorize(asked(tokens.approved), { key: crypto.randomUUID(), signal }),
      ).rejects.toThrow();
    });
  });
};

const extraSteps = ({ provider, tokens, codes, effects }: ProviderUnderTest): void => {
  describe('an extra step', () => {
    test('holds nothing until it is completed', async () => {
      const reference = await begun(provider(), tokens.actionRequired);
      expect(await provider().lookup({ reference }, AbortSignal.timeout(5_000))).toMatchObject({
        kind: 'actionRequired',
      });
      expect(await effects(reference)).toEqual([]);
      expect(await provider().confirm({ reference, code: codes.passed }, call())).toMatchObject({
        kind: 'approved',
        held: amount,
      });
      expect(await provider().lookup({ reference }, AbortSignal.timeout(5_000))).toMatchObject({ kind: 'approved' });
      expect(await effects(reference)).toEqual(['AUTHORIZATION 5000']);
    });

    test('that fails declines the payment', async () => {
      const reference = await begun(provider(), tokens.actionRequired);
      expect(await provider().confirm({ reference, code: codes.failed }, call())).toMatchObject({ kind: 'declined' });
      expect(await effects(reference)).toEqual([]);
    });
  });
};

const capturing = ({ provider, tokens, effects }: ProviderUnderTest): void => {
  describe('capture', () => {
    test('captures the hold once per key', async () => {
      const [reference, key] = [await begun(provider(), tokens.approved), crypto.randomUUID()];
      const first = await provider().capture({ reference, amount }, call(key));
      expect(first).toMatchObject({ kind: 'captured', amount });
      expect(await provider().capture({ reference, amount }, call(key))).toEqual(first);
      expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000']);
    });

    test('captures less than the hold', async () => {
      const reference = await begun(provider(), tokens.approved);
      const some = money(1_200, 'EUR');
      expect(await provider().capture({ reference, amount: some }, call())).toMatchObject({
        kind: 'captured',
        amount: some,
      });
    });

    test('is refused beyond the hold, after a capture and after a void', async () => {
      const reference = await begun(provider(), tokens.approved);
      const refused = { kind: 'captureRefused' };
      expect(await provider().capture({ reference, amount: money(5_001, 'EUR') }, call())).toMatchObject(refused);
      await provider().capture({ reference, amount }, call());
      expect(await provider().capture({ reference, amount }, call())).toMatchObject(refused);
      const gone = await begun(provider(), tokens.approved);
      await provider().void({ reference: gone }, call());
      expect(await provider().capture({ reference: gone, amount }, call())).toMatchObject(refused);
    });
  });
};

const voiding = ({ provider, tokens, codes, effects }: ProviderUnderTest): void => {
  describe('void', () => {
    test('releases the hold and reports its amount', async () => {
      const reference = await begun(provider(), tokens.approved);
      expect(await provider().void({ reference }, call())).toEqual({ kind: 'voided', released: amount });
      expect(await provider().void({ reference }, call())).toEqual({ kind: 'voided', released: null });
      expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'VOID 5000']);
    });

    test('of a payment that still waits for its extra step releases nothing and ends it', async () => {
      const reference = await begun(provider(), tokens.actionRequired);
      expect(await provider().void({ reference }, call())).toEqual({ kind: 'voided', released: null });
      expect(await provider().confirm({ reference, code: codes.passed }, call())).toMatchObject({ kind: 'declined' });
      expect(await effects(reference)).toEqual([]);
    });
  });
};

const refunding = ({ provider, tokens, effects }: ProviderUnderTest): void => {
  test('refunds in parts what was captured, and never more', async () => {
    const reference = await begun(provider(), tokens.approved);
    await provider().capture({ reference, amount }, call());
    const part = money(3_000, 'EUR');
    expect(await provider().refund({ reference, amount: part }, call())).toEqual({ kind: 'refunded', amount: part });
    expect(await provider().refund({ reference, amount: part }, call())).toMatchObject({ kind: 'refundRefused' });
    expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'CAPTURE 5000', 'REFUND 3000']);
  });
};

const keepingMethods = ({ provider, tokens, effects }: ProviderUnderTest): void => {
  describe('a payment method on file', () => {
    const customer = () => ({ customerId: newId('User'), customerReference: null });

    test('is kept, once per key, and can be paid with', async () => {
      const [request, key] = [{ ...customer(), token: tokens.approved }, crypto.randomUUID()];
      const saved = await provider().saveMethod(request, call(key));
      if (saved.kind !== 'methodSaved') throw new Error(saved.kind);
      expect(saved.last4).toMatch(/^\w{4}$/);
      expect(await provider().saveMethod(request, call(key))).toEqual(saved);
      const { reference, customerReference } = saved;
      const answer = await provider().authorize(
        { ...asked(tokens.approved), method: { saved: { reference, customerReference } } },
        call(),
      );
      expect(answer).toMatchObject({ kind: 'approved', held: amount });
      expect(await effects(answer.reference ?? '')).toEqual(['AUTHORIZATION 5000']);
      for (let time = 1; time <= 2; time++)
        await provider().removeMethod({ reference, customerReference }, call(`${key}-remove`));
    });

    test('that is unknown is refused', async () => {
      const refused = await provider().saveMethod({ ...customer(), token: tokens.unknown }, call());
      expect(refused).toMatchObject({ kind: 'methodRefused', reason: 'INVALID_METHOD', message: expect.any(String) });
    });
  });
};
