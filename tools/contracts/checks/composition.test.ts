import { expect, it } from 'vitest';
import { sdlOf } from '../workspace.ts';
import { composesAlone, composition, servedBy, servedSdl } from './composition.ts';
import { findings, reply, withChangedSdl, workspace, workspaceThatAnswers } from './seeded.ts';

it('names the subgraph that serves something else than is committed, and what', async () => {
  const other = servedBy(sdlOf(workspace, 'order')).replace(
    'nextActions: [OrderAction!]!',
    'nextActions: [OrderAction!]',
  );
  const found = await findings(
    servedSdl,
    workspaceThatAnswers({
      askSubgraph: async (name) => reply({ _service: { sdl: name === 'order' ? other : undefined } }),
    }),
  );
  expect(found).toContainEqual(
    expect.stringMatching(
      /^violation subgraphs\/order\/schema\.graphql: is not what runs: it lacks "nextActions: \[OrderAction!\]!/,
    ),
  );
  expect(found).toContainEqual(expect.stringMatching(/^violation user: does not serve its SDL/));
});

it('names a subgraph that uses a type of a neighbour', async () => {
  // The owner's sku is a String; alone, the order subgraph would require a field that it does not have.
  const broken = withChangedSdl(
    'order',
    'type ProductVariant @key(fields: "id", resolvable: false)',
    'type ProductVariant @key(fields: "sku", resolvable: false)',
  );
  expect(await findings(composesAlone, broken)).toContainEqual(
    expect.stringMatching(/^violation subgraphs\/order\/schema\.graphql:\d+: .* → If it uses/),
  );
});

it('names the place of an SDL that does not compose, and the rule it breaks', async () => {
  const broken = withChangedSdl('order', 'type Cart @key(fields: "id")', 'type Cart @key(fields: "colour")');
  expect(await findings(composition, broken)).toEqual([
    expect.stringMatching(
      /^violation subgraphs\/order\/schema\.graphql:\d+: KEY_INVALID_FIELDS.*colour.*→ Change the SDL/s,
    ),
  ]);
});

it('names the line of an SDL that cannot be read', async () => {
  const broken = withChangedSdl('order', /$/, 'type {');
  expect(await findings(composition, broken)).toEqual([
    expect.stringMatching(/^violation subgraphs\/order\/schema\.graphql:\d+: SYNTAX/),
  ]);
});

it('reports what two subgraphs describe differently', async () => {
  const broken = withChangedSdl('order', /A monetary amount/g, 'A sum in the smallest unit');
  expect(await findings(composition, broken)).toContainEqual(
    expect.stringMatching(/^violation .*INCONSISTENT_DESCRIPTION/),
  );
});

it('shows where a committed supergraph is out of date', async () => {
  const stale = { ...workspace, supergraph: workspace.supergraph.replace('type Cart', 'type Basket') };
  expect(await findings(composition, stale)).toEqual([
    expect.stringMatching(/^violation supergraph\.graphql: .*line \d+ should be "type Cart.*→ Run npm run compose/s),
  ]);
});
