/** A list of any length in one subgraph, and something about each of its items in another. */
import type { Graph } from './graph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';
const names = ['lamp', 'tent', 'stove', 'rope'];

interface Item {
  readonly id: string;
}

export const scaleGraph: Graph = {
  name: 'scale',
  subgraphs: [
    {
      name: 'items',
      sdl: `${link}
        type Query { items(n: Int!): [Item!]! }
        type Item @key(fields: "id") { id: ID! name: String! price: Int! }`,
      resolvers: {
        Query: {
          items: (_, { n }: { n: number }) =>
            Array.from({ length: n }, (_, at) => ({ id: String(at), name: names[at % 4], price: at % 997 })),
        },
      },
    },
    {
      name: 'details',
      sdl: `${link} type Item @key(fields: "id") { id: ID! detail: String! }`,
      resolvers: {
        Item: { __resolveReference: ({ id }: Item) => ({ id, detail: `what there is to know of item ${id}` }) },
      },
    },
  ],
  operations: {},
  handwritten: {},
};
