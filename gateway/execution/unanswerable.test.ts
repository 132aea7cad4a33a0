/** Composition accepts a few fields that no subgraph can be asked for. The planner's plan for them is empty. */
import { expect, it } from 'vitest';
import { supergraphOf } from '#kit/gateway/gateway.ts';
import { contender, responseOf } from './oracle/comparison.fixture.ts';
import { noFaults } from './oracle/faults.fixture.ts';
import { graphOf } from './oracle/graph.fixture.ts';

const federated = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", ${imports}])`;
const graph = graphOf(
  'unanswerable',
  supergraphOf({
    things: `${federated('"@interfaceObject"')}
      interface Thing @key(fields: "id") { id: ID! }
      type Query { thing: Thing }`,
    colours: `${federated('"@interfaceObject"')}
      type Thing @key(fields: "id", resolvable: false) @interfaceObject { id: ID! colour: String }
      type Query { coloured: Thing }`,
  }),
);
const compiled = await contender(graph, 'compiled');
const ask = (query: string) => responseOf(compiled, { query, variables: {}, faults: noFaults });

it('is an error, and not a null that looks like an answer', async () => {
  const { data, errors } = await ask('{ thing { colour } }');
  expect(data).toBeNull();
  expect(errors).toEqual([{ message: 'thrown: no subgraph has what the operation selects' }]);
});

it.each([
  '{ __typename }',
  '{ __schema { queryType { name } } }',
  'query ($no: Boolean = false) { thing @include(if: $no) { id } }',
])('nothing is missed in %s', async (query) => {
  expect((await ask(query)).errors).toEqual([]);
});
