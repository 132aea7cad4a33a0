import { expect, it } from 'vitest';
import { faultsOf } from './clients-run.ts';

it('names the client and what it is told wrongly', async () => {
  const broken = () => ({
    titleOf: async () => undefined,
    signIn: async (_: string, password: string) => (password === 'demo-customer' ? 'hello you' : undefined),
  });
  expect(
    (await faultsOf('urql', broken, 'http://shop')).map(({ culprit, message }) => `${culprit} ${message}`),
  ).toEqual([
    'urql reads "undefined" as the title of trail-lamp-200.',
    'urql is told "undefined" for a wrong password.',
  ]);
});
