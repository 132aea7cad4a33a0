/** Payment methods on file: kept by a provider that has such, refused by the others. */
import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { amount, asked, call, type ProviderUnderTest } from './provider.suite.ts';

export const methodsSuite = (under: ProviderUnderTest): void => {
  if (under.onFile) keepingMethods(under, under.onFile);
  refusingMethods(under);
};

const customer = () => ({ customerId: newId('User'), customerReference: null });

const keepingMethods = (
  { provider, tokens, effects }: ProviderUnderTest,
  shown: NonNullable<ProviderUnderTest['onFile']>,
): void => {
  test('keeps a payment method, once per key, is paid with it, and lets it go', async () => {
    const [request, key] = [{ ...customer(), token: tokens.approved[0] }, crypto.randomUUID()];
    const saved = await provider().saveMethod(request, call(key));
    if (saved.kind !== 'methodSaved') throw new Error(saved.kind);
    expect(saved).toMatchObject(shown);
    expect(await provider().saveMethod(request, call(key))).toEqual(saved);
    const pay = () => provider().authorize({ ...asked(''), method: { saved } }, call());
    const answer = await pay();
    expect(answer).toMatchObject({ kind: 'approved', held: amount });
    expect(await effects(answer.reference ?? '')).toEqual(['AUTHORIZATION 5000']);
    for (let time = 1; time <= 2; time++) await provider().removeMethod(saved, call(`${key}-remove-${time}`));
    expect(await pay()).toMatchObject({ kind: 'declined', reason: 'INVALID_METHOD' });
    const { customerReference } = saved;
    for (const [token, reason] of tokens.declined)
      expect(await provider().saveMethod({ ...request, customerReference, token }, call())).toMatchObject({
        ...{ kind: 'methodRefused', reason },
      });
  });
};

const refusingMethods = ({ provider, tokens, onFile }: ProviderUnderTest): void => {
  test.each(onFile ? [tokens.unknown] : [tokens.unknown, ...tokens.approved])('does not keep %s', async (token) => {
    const refused = await provider().saveMethod({ ...customer(), token }, call());
    expect(refused).toMatchObject({ kind: 'methodRefused', reason: 'INVALID_METHOD', message: expect.any(String) });
  });
};
