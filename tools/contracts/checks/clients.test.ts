import { expect, it } from 'vitest';
import { clients, faultsOf, relay } from './clients.ts';
import { findings, withChangedSdl } from './seeded.ts';

it('names the client and its type error', async () => {
  const broken = () => ({
    titleOf: async () => undefined,
    signIn: async (_: string, password: string) => (password === 'demo-customer' ? 'hello you' : undefined),
  });
  expect(
    (await faultsOf('urql', broken, 'http://shop')).map(({ subject, message }) => `${subject} ${message}`),
  ).toEqual(['urql reads "undefined" as the title of trail-lamp-200.', 'urql gets "undefined" for a wrong password.']);
});

it('names the line of each client that a changed type breaks', async () => {
  // The operations stay valid; what the client does with the answer does not.
  const broken = withChangedSdl('user', 'displayName: String!', 'displayName: [String!]!');
  const found = await findings(clients, broken);
  expect(found).toContainEqual(
    expect.stringMatching(/^violation launcher\/shopper\/|^violation tools\/contracts\/clients\//),
  );
});

it('names what Relay has against a connection that does not page', async () => {
  const broken = withChangedSdl('product', 'after: String', 'behind: String');
  expect(await findings(relay, broken)).toEqual([
    expect.stringMatching(/^violation tools\/contracts\/clients\/relay: .*after.*→ Keep connections/s),
  ]);
});
