/** What clients can rely on while a subgraph is down. That docs/degraded-mode.md is current is the check's. */
import { isDeepStrictEqual } from 'node:util';
import { Kind, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { nowhere, sdls } from '#kit/gateway/gateway.ts';
import { subgraphNames } from '#ops/services.ts';
import { subgraphSources } from '../../compose.ts';
import { type Degradation, degradedTable, publishedOperations } from '../../degraded-table.ts';
import { degradedMode } from './degraded-mode.ts';
import { findings, withChangedSdl } from './seeded.ts';

let table: readonly Degradation[];
beforeAll(async () => {
  table = await degradedTable(subgraphSources(), publishedOperations());
});

it('covers every published operation and every subgraph', () => {
  expect(table).toHaveLength(publishedOperations().length * subgraphNames.length);
});

it('no operation is lost as a whole because of a subgraph that it does not begin with', () => {
  const lost = table.filter(({ isNothing }) => isNothing);
  expect(lost.filter(({ operation, subgraph }) => !ownersOfRoots(operation.body).has(subgraph))).toEqual([]);
});

it('each field that is lost has an error with its path, and nothing else has', () => {
  const silent = table.filter(({ missing, reported }) => !isDeepStrictEqual(missing.toSorted(), reported.toSorted()));
  expect(silent).toEqual([]);
});

it('whatever is away, something of each client is left', () => {
  for (const subgraph of subgraphNames)
    expect(table.filter((row) => row.subgraph === subgraph && !row.isNothing)).not.toEqual([]);
});

/** The subgraphs that declare the operation's root fields. */
const ownersOfRoots = (body: string): ReadonlySet<string> => {
  const roots = parse(body).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []))
      : [],
  );
  const declares = (sdl: string): boolean =>
    parse(sdl).definitions.some(
      (type) =>
        'fields' in type &&
        /^(Query|Mutation)$/.test(type.name.value) &&
        type.fields?.some(({ name }) => roots.includes(name.value)),
    );
  return new Set(subgraphSources().flatMap(({ name, sdl }) => (declares(sdl) ? [name] : [])));
};

describe('the derivation', () => {
  const sources = Object.entries(sdls).map(([name, sdl]) => ({ name, url: nowhere, file: `${name}.graphql`, sdl }));
  const rowsOf = async (body: string) => {
    const rows = await degradedTable(sources, [{ client: 'test', name: 'Test', type: 'query', body }]);
    return Object.fromEntries(rows.map(({ subgraph, missing, isNothing }) => [subgraph, { missing, isNothing }]));
  };

  it('distinguishes what another subgraph adds to an entity from what its owner resolves', async () => {
    expect(await rowsOf('query Test($id: ID!) { product(id: $id) { title likes } me }')).toEqual({
      product: { missing: ['product'], isNothing: false },
      user: { missing: ['product.likes', 'me'], isNothing: false },
    });
  });

  it('names each path once, however long the list', async () => {
    expect(await rowsOf('query Test { products { title likes } }')).toEqual({
      product: { missing: ['products'], isNothing: true },
      user: { missing: ['products.likes'], isNothing: false },
    });
  });
});

it('the check names the operation that now loses more when a subgraph is down', async () => {
  const broken = withChangedSdl('payment', 'payments: [Payment!] @', 'payments: [Payment!]! @');
  expect(await findings(degradedMode, broken)).toContainEqual(
    expect.stringMatching(/^violation OrderPage: loses other things when a subgraph is down: \| OrderPage \|/),
  );
});
