/**
 * Seven subgraphs of which each could answer much of one deep query, as in the scenario `many-plans` of
 * grafbase/graphql-federation-benchmarks: written anew. Each field is in three subgraphs (the lines of a Fano plane, so
 * that any two subgraphs share exactly one number), and every object is an entity by which any of them can be joined.
 */
import type { Graph, Operation } from './graph.ts';

const numbers = [0, 1, 2, 3, 4, 5, 6];
const ownedBy = (subgraph: number): number[] => [subgraph, (subgraph + 1) % 7, (subgraph + 3) % 7];

const sdlOf = (subgraph: number): string => {
  const fields = ownedBy(subgraph).map((n) => `n${n}: Node f${n}: String`);
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
    type Query { node: Node @shareable }
    type Node @key(fields: "id") @shareable { id: ID! ${fields.join(' ')} }`;
};

interface Node {
  readonly id: string;
}

const child = (n: number) => [`n${n}`, ({ id }: Node): Node => ({ id: `${id}${n}` })] as const;
const leaf = (n: number) => [`f${n}`, ({ id }: Node): string => `f${n}-${id}`] as const;

/** Four of the seven at each node, other ones at each: all 35 choices in turn. */
const choices = numbers
  .flatMap((a) =>
    numbers.flatMap((b) => numbers.flatMap((c) => numbers.map((d) => [a, b, c, d]).filter(() => a < b && b < c))),
  )
  .filter(([, , c = 0, d = 0]) => c < d);

/** A query of that many levels of nodes, with four children each, and four leaves in each of the last. */
export const deepQuery = (levels: number, name = 'ManyPlans'): Operation => {
  let used = 0;
  const selection = (level: number): string => {
    const chosen = choices[used++ % choices.length] ?? [];
    const parts = level === 0 ? chosen.map((n) => `f${n}`) : chosen.map((n) => `n${n} { ${selection(level - 1)} }`);
    return parts.join(' ');
  };
  return { query: `query ${name} { node { ${selection(levels)} } }`, operationName: name };
};

// 3 levels: 64 nodes with 4 leaves. The public scenario has a level more, for which the planners in JavaScript take a
// quarter of a minute and none of them has an answer in time.
const levels = 3;

export const manyPlansGraph: Graph = {
  name: 'many-plans',
  subgraphs: numbers.map((subgraph) => ({
    name: `plans${subgraph}`,
    sdl: sdlOf(subgraph),
    resolvers: {
      Query: { node: (): Node => ({ id: '0' }) },
      Node: {
        __resolveReference: ({ id }: Node) => ({ id }),
        ...Object.fromEntries(ownedBy(subgraph).flatMap<readonly [string, unknown]>((n) => [child(n), leaf(n)])),
      },
    },
  })),
  operations: { deep: deepQuery(levels), light: { query: 'query Light { node { f0 } }', operationName: 'Light' } },
  handwritten: {},
};
