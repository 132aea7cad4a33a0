import { expect, it } from 'vitest';
import { degradedMode } from './degraded-mode.ts';
import { sayings, withChangedSdl } from './seeded.ts';

it('names the operation that now loses more when a subgraph is away', async () => {
  const broken = withChangedSdl('payment', 'payments: [Payment!] @', 'payments: [Payment!]! @');
  expect(await sayings(degradedMode, broken)).toContainEqual(
    expect.stringMatching(/^breach OrderPage: loses other things when a subgraph is away: \| OrderPage \|/),
  );
});
