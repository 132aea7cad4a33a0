import { expect, it } from 'vitest';
import { sdlOf } from '../world.ts';
import { reply, worldThatAnswers } from './asked.ts';
import { sayings, withChangedSdl, world } from './seeded.ts';
import { composesAlone, servedBy, servedSdl } from './served-sdl.ts';

it('names the subgraph that serves something else than is committed, and what', async () => {
  const other = servedBy(sdlOf(world, 'order')).replace('nextActions: [OrderAction!]!', 'nextActions: [OrderAction!]');
  const found = await sayings(
    servedSdl,
    worldThatAnswers({
      askSubgraph: async (name) => reply({ _service: { sdl: name === 'order' ? other : undefined } }),
    }),
  );
  expect(found).toContainEqual(
    expect.stringMatching(
      /^breach subgraphs\/order\/schema\.graphql: is not what runs: it lacks "nextActions: \[OrderAction!\]!/,
    ),
  );
  expect(found).toContainEqual(expect.stringMatching(/^breach user: does not say what it serves/));
});

it('names a subgraph that leans on a neighbour', async () => {
  // The owner's sku is a String; alone, the order subgraph would require a field that it does not have.
  const broken = withChangedSdl(
    'order',
    'type ProductVariant @key(fields: "id", resolvable: false)',
    'type ProductVariant @key(fields: "sku", resolvable: false)',
  );
  expect(await sayings(composesAlone, broken)).toContainEqual(
    expect.stringMatching(/^breach subgraphs\/order\/schema\.graphql:\d+: .* → If it leans/),
  );
});
