import { expect, it } from 'vitest';
import { sdlOf, withSdl } from '../world.ts';
import { plannedFetches } from './planned-fetches.ts';
import { sayings, world } from './seeded.ts';

it('names the operation, the subgraph and the field where supergraph and subgraph are out of step', async () => {
  // As in a deploy of the subgraph alone: the gateway still plans on the supergraph from before.
  const ahead = withSdl(world, 'product', sdlOf(world, 'product').replaceAll(/\btitle: String!/g, 'heading: String!'));
  const found = await sayings(plannedFetches, ahead);
  expect(found).toContainEqual(
    expect.stringMatching(
      /^breach storefront\/ProductPage: needs of product .*Cannot query field "title".*→ .*compose/,
    ),
  );
});

it('names a subgraph that is not there any more', async () => {
  const alone = { ...world, sources: world.sources.filter(({ name }) => name !== 'payment') };
  expect(await sayings(plannedFetches, alone)).toContainEqual(
    expect.stringMatching(/^breach storefront\/\w+: needs of payment .*there is no such subgraph/),
  );
});
