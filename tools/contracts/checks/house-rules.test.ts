/** That these checks pass on what the rules find; the rules' own violations are in graph-rules.test.ts and access.test.ts. */
import { expect, it } from 'vitest';
import { access, nullability, wording } from './house-rules.ts';
import { sayings, withChangedSdl } from './seeded.ts';

it('a query that would take the whole response with it', async () => {
  const broken = withChangedSdl('order', 'cart: Cart @', 'cart: Cart! @');
  expect(await sayings(nullability, broken)).toEqual([
    expect.stringMatching(/^breach order: Query\.cart: must be nullable.*→ Take away its/),
  ]);
});

it('a field without a decision', async () => {
  const broken = withChangedSdl('order', 'cart: Cart @public', 'cart: Cart');
  expect(await sayings(access, broken)).toEqual([
    expect.stringMatching(/^breach order: Query\.cart: has no access decision of its own\. → Put one of @public/),
  ]);
});

it('a field without a description', async () => {
  const broken = withChangedSdl('order', '"Actions that the viewer can currently take."\n', '');
  expect(await sayings(wording, broken)).toEqual([expect.stringMatching(/^breach Order\.nextActions: .*description/)]);
});
