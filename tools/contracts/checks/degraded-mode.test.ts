import { expect, it } from 'vitest';
import { degradedMode } from './degraded-mode.ts';
import { findings, withChangedSdl } from './seeded.ts';

it('names the operation that now loses more when a subgraph is away', async () => {
  const broken = withChangedSdl('payment', 'payments: [Payment!] @', 'payments: [Payment!]! @');
  expect(await findings(degradedMode, broken)).toContainEqual(
    expect.stringMatching(/^violation OrderPage: loses other things when a subgraph is away: \| OrderPage \|/),
  );
});
