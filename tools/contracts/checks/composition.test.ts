import { expect, it } from 'vitest';
import { composition } from './composition.ts';
import { sayings, withChangedSdl, world } from './seeded.ts';

it('names the place of an SDL that does not compose, and the rule it breaks', async () => {
  const broken = withChangedSdl('order', 'type Cart @key(fields: "id")', 'type Cart @key(fields: "colour")');
  expect(await sayings(composition, broken)).toEqual([
    expect.stringMatching(
      /^breach subgraphs\/order\/schema\.graphql:\d+: KEY_INVALID_FIELDS.*colour.*→ Change the SDL/s,
    ),
  ]);
});

it('names the line of an SDL that cannot be read', async () => {
  const broken = withChangedSdl('order', /$/, 'type {');
  expect(await sayings(composition, broken)).toEqual([
    expect.stringMatching(/^breach subgraphs\/order\/schema\.graphql:\d+: SYNTAX/),
  ]);
});

it('does not pass over what two subgraphs tell differently', async () => {
  const broken = withChangedSdl('order', /A monetary amount/g, 'A sum in the smallest unit');
  expect(await sayings(composition, broken)).toContainEqual(
    expect.stringMatching(/^breach .*INCONSISTENT_DESCRIPTION/),
  );
});

it('tells where a committed supergraph is out of date', async () => {
  const stale = { ...world, supergraph: world.supergraph.replace('type Cart', 'type Basket') };
  expect(await sayings(composition, stale)).toEqual([
    expect.stringMatching(/^breach supergraph\.graphql: .*line \d+ should be "type Cart.*→ Run npm run compose/s),
  ]);
});
