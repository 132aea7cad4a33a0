/**
 * Answers of 8 MiB out of lists, numbers and texts, as in the scenarios `big-response` and `long-lived-big-response` of
 * grafbase/graphql-federation-benchmarks: written anew, of the same size and shape.
 */
import type { Graph } from './graph.ts';

interface Node {
  readonly id: number;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
  readonly int: number;
  readonly float: number;
  readonly string: string;
}

/** Numbers from 0 to 1 that look random and are the same in every process (xorshift32). */
const numbersFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

const makeNodes = (): Node[] => {
  const next = numbersFrom(12_345);
  const upTo = (most: number) => Math.floor(next() * (most + 1));
  const listOf = <T>(make: () => T): T[] => Array.from({ length: upTo(64) }, make);
  const float = () => (next() - 0.5) * 2_000;
  const int = () => upTo(20_000) - 10_000;
  const text = (least: number) => {
    const length = least + upTo(128 - least);
    return Array.from({ length }, () => String.fromCharCode(97 + upTo(25))).join('');
  };
  return Array.from({ length: 1_000 }, (_, id) => ({
    id,
    floats: listOf(float),
    ints: listOf(int),
    strings: listOf(() => text(0)),
    int: int(),
    float: float(),
    string: text(10),
  }));
};

let made: readonly Node[] | undefined;
const nodesFrom = (from: number, count: number): Node[] => {
  made ??= makeNodes();
  const all = made;
  return Array.from({ length: count }, (_, at) => all[(from + at) % all.length]).filter((node) => node !== undefined);
};

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';

const lists = '... on Node { id floats ints strings }';
const scalars = '... on Node { id float int string }';
const contents = `
  lists: nodes(n: 7) { ${lists} nodes(n: 8) { ${lists} nodes(n: 8) { ${lists} } } }
  objects: nodes(n: 14) { ${scalars} nodes(n: 16) { ${scalars} nodes(n: 16) { ${scalars} } } }`;
const big = `{ nodes(n: 4) { ${contents} } }`;
const bigWithNames = `{ nodes(n: 4) { name ${contents} } }`;

interface Named {
  readonly name: string;
}

export const bigResponseGraph: Graph = {
  name: 'big-response',
  subgraphs: [
    {
      name: 'nodes',
      sdl: `${link}
        type Query { nodes(n: Int!): [Node!]! }
        type Node @key(fields: "id") {
          id: Int!
          floats: [Float!]!
          ints: [Int!]!
          strings: [String!]!
          int: Int!
          float: Float!
          string: String!
          nodes(n: Int!): [Node!]!
        }`,
      resolvers: {
        Query: { nodes: (_, { n }: { n: number }) => nodesFrom(0, n) },
        Node: {
          nodes: ({ id }: Node, { n }: { n: number }) => nodesFrom(id * n, n),
          __resolveReference: ({ id }: { id: number }) => nodesFrom(id, 1)[0],
        },
      },
    },
    {
      name: 'names',
      sdl: `${link} type Node @key(fields: "id") { id: Int! name: String }`,
      resolvers: { Node: { __resolveReference: ({ id }: { id: number }) => ({ id, name: String(id) }) } },
    },
  ],
  operations: { big: { query: big }, 'big-with-names': { query: bigWithNames } },
  handwritten: {
    big: (ask) => ask('nodes', { query: big }),
    'big-with-names': async (ask) => {
      const { nodes } = (await ask('nodes', { query: `{ nodes(n: 4) { id ${contents} } }` })) as { nodes: Node[] };
      const { _entities: named } = (await ask('names', {
        query: 'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Node { name } } }',
        variables: { all: nodes.map(({ id }) => ({ __typename: 'Node', id })) },
      })) as { _entities: Named[] };
      return { nodes: nodes.map(({ id: _, ...rest }, at) => ({ name: named[at]?.name, ...rest })) };
    },
  },
};
