import { expect, it } from 'vitest';
import { clients } from './clients.ts';
import { relay } from './relay.ts';
import { sayings, withChangedSdl } from './seeded.ts';

it('names the line of each client that a changed type breaks', async () => {
  // The operations stay valid; what the client does with the answer does not.
  const broken = withChangedSdl('user', 'displayName: String!', 'displayName: [String!]!');
  const found = await sayings(clients, broken);
  expect(found).toContainEqual(
    expect.stringMatching(/^breach launcher\/shopper\/|^breach tools\/contracts\/clients\//),
  );
});

it('names what Relay has against a connection that does not page', async () => {
  const broken = withChangedSdl('product', 'after: String', 'behind: String');
  expect(await sayings(relay, broken)).toEqual([
    expect.stringMatching(/^breach tools\/contracts\/clients\/relay: .*after.*→ Keep connections/s),
  ]);
});
