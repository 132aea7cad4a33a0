/** What goes wrong on the way to a provider, and what happens there without us. For one whose test mode can be made to. */
import { describe, expect, test } from 'vitest';
import type { ProviderState } from '../domain/provider-results.ts';
import { amount, aroundNow, asked, call, captured, held, type ProviderUnderTest, soon } from './provider.suite.ts';

/** Payment methods that make it happen. */
export interface MishapTokens {
  /** The first request with each key is lost; or what it did is not answered. */
  readonly lostRequest: string;
  readonly lostAnswer: string;
  /** The first request is answered with a fault that is kept under its key, without the effect or with it. */
  readonly faultBefore: string;
  readonly faultAfter: string;
  /** Answered "processing", and settled soon after. */
  readonly processing: string;
  readonly expiring: string;
  readonly disputed: string;
  /** Refunds that are pending first, and ones that succeed and then fail. */
  readonly refundsPend: string;
  readonly refundsFail: string;
}

export const mishapsSuite = (under: ProviderUnderTest, tokens: MishapTokens): void => {
  losing(under, tokens);
  settling(under, tokens);
  changingItsMind(under, tokens);
};

const losing = ({ provider, effects }: ProviderUnderTest, tokens: MishapTokens): void => {
  const doneFor = async ({ attemptId }: ReturnType<typeof asked>): Promise<readonly string[]> => {
    const found = await provider().find({ attemptId, ...aroundNow() }, soon());
    return found ? effects(found.reference) : [];
  };
  const once = ['AUTHORIZATION 5000'];

  describe('what leaves the outcome unknown', () => {
    test.each([
      ['request', tokens.lostRequest, []],
      ['answer', tokens.lostAnswer, once],
    ])('a lost %s: the same key is answered', async (_, token, done) => {
      const [request, key] = [asked(token), crypto.randomUUID()];
      const silent = provider().authorize(request, call(key, 200));
      await expect(silent).rejects.toMatchObject({ name: 'ProviderFault', next: 'sameKey' });
      expect(await doneFor(request)).toEqual(done);
      expect(await provider().authorize(request, call(key))).toMatchObject({ kind: 'approved', held: amount });
      expect(await doneFor(request)).toEqual(once);
    });

    test.each([
      ['before', tokens.faultBefore, []],
      ['after', tokens.faultAfter, once],
    ])('a fault %s the effect: kept under the key, so that a look comes first', async (_, token, done) => {
      const [request, key] = [asked(token), crypto.randomUUID()];
      for (let time = 1; time <= 2; time++)
        await expect(provider().authorize(request, call(key))).rejects.toMatchObject({
          ...{ name: 'ProviderFault', next: 'findFirst' },
        });
      expect(await doneFor(request)).toEqual(done);
      if (done === once) return;
      expect(await provider().authorize(request, call(`${key}~2`))).toMatchObject({ kind: 'approved' });
      expect(await doneFor(request)).toEqual(once);
    });

    test('a payment that it does not have: an operator must look', async () => {
      await expect(provider().capture({ reference: 'pi_of_nobody', amount }, call())).rejects.toMatchObject({
        ...{ name: 'ProviderFault', next: 'findFirst', alert: true },
      });
    });
  });
};

const settling = ({ provider, effects }: ProviderUnderTest, tokens: MishapTokens): void => {
  test('an authorization that is processed is known when it has settled', async () => {
    const answer = await provider().authorize(asked(tokens.processing), call());
    expect(answer).toMatchObject({ kind: 'processing', reference: expect.any(String) });
    const reference = answer.reference ?? '';
    await expect.poll(() => provider().lookup({ reference }, soon())).toMatchObject({ kind: 'approved', held: amount });
    expect(await effects(reference)).toEqual(['AUTHORIZATION 5000']);
  });
};

const changingItsMind = (under: ProviderUnderTest, tokens: MishapTokens): void => {
  const { provider, effects } = under;
  const becomes = (reference: string, state: object) =>
    expect.poll(() => provider().state({ reference }, soon())).toMatchObject(state);

  test('a hold that has expired cannot be captured', async () => {
    const reference = await held(under, tokens.expiring);
    await becomes(reference, { end: 'EXPIRED', held: { amount: 0 }, authorization: { kind: 'approved' } });
    expect(await provider().capture({ reference, amount }, call())).toMatchObject({ kind: 'captureRefused' });
    expect(await effects(reference)).toEqual(['AUTHORIZATION 5000', 'EXPIRY 5000']);
  });

  test('a refund that is pending is unknown until it succeeds', async () => {
    const [reference, key] = [await captured(under, tokens.refundsPend), crypto.randomUUID()];
    const refund = () => provider().refund({ reference, amount }, call(key));
    await expect(refund()).rejects.toMatchObject({ name: 'ProviderFault', next: 'sameKey' });
    await becomes(reference, { refunds: [{ state: 'SUCCEEDED', operationKey: key, amount }] });
    expect(await refund()).toEqual({ kind: 'refunded', amount });
    expect((await effects(reference)).slice(2)).toEqual(['REFUND 5000']);
  });

  test('a refund that fails after it has succeeded is known to have', async () => {
    const reference = await captured(under, tokens.refundsFail);
    expect(await provider().refund({ reference, amount }, call())).toEqual({ kind: 'refunded', amount });
    await becomes(reference, { refunds: [{ state: 'FAILED', amount }] });
    expect((await effects(reference)).slice(2)).toEqual(['REFUND 5000', 'REFUND_REVERSAL 5000']);
  });

  test('a dispute calls the amount back: there is nothing to refund', async () => {
    const reference = await captured(under, tokens.disputed);
    const dispute: Partial<ProviderState['disputes'][number]> = { amount, state: 'OPEN', reason: 'fraudulent' };
    await becomes(reference, { disputes: [{ ...dispute, respondBy: expect.any(Date) }] });
    expect(await provider().refund({ reference, amount }, call())).toMatchObject({ kind: 'refundRefused' });
  });
};
