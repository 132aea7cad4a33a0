/** Each canned graph, answered by the stock gateway and by hand: a bench of unequal answers would measure nothing. */
import { readFileSync } from 'node:fs';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSupergraph } from '#tools/compose/composition.ts';
import { supergraphFile } from '#tools/compose.ts';
import { type Canned, cannedSubgraph } from './canned.ts';
import type { Graph, Operation } from './graphs/graph.ts';
import { graphs } from './graphs/graphs.ts';

const supergraphOf = ({ name, subgraphs }: Graph): string => {
  // Composed already, and `npm run check` says whether it is current.
  if (name === 'agora') return readFileSync(supergraphFile, 'utf8');
  const composed = composeSupergraph(
    subgraphs.map((one) => ({ ...one, url: 'http://127.0.0.1:1/graphql', file: one.name })),
  );
  if ('errors' in composed) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  return composed.supergraph;
};

const answerOf = async (canned: ReadonlyMap<string, Canned>, subgraph: string, operation: Operation) =>
  JSON.parse(String(await canned.get(subgraph)?.answer(JSON.stringify(operation))));

// 8 MiB of answer take seconds on a busy machine; `npm run bench:gateway` compares them, as all others, before it measures.
const quick = Object.values(graphs).filter(
  ({ name, handwritten }) => name !== 'big-response' && Object.keys(handwritten).length > 0,
);

describe.each(quick.map((graph) => [graph.name, graph] as const))('the canned graph %s', (_, graph) => {
  const canned = new Map(graph.subgraphs.map((subgraph) => [subgraph.name, cannedSubgraph(subgraph)]));
  let stock: ApolloServer;

  beforeAll(async () => {
    const gateway = new ApolloGateway({
      supergraphSdl: supergraphOf(graph),
      buildService: ({ name }) => ({
        process: ({ request: { query = '', operationName, variables } }) =>
          answerOf(canned, name, { query, ...(operationName && { operationName }), ...(variables && { variables }) }),
      }),
    });
    stock = new ApolloServer({ gateway });
    await stock.start();
  });
  afterAll(() => stock.stop());

  it.each(Object.keys(graph.handwritten))(
    'gives the stock gateway and the one who asks by hand the same %s',
    async (name) => {
      const operation = graph.operations[name];
      if (!operation) throw new Error(`nothing asks ${name}`);
      const { body } = await stock.executeOperation({ ...operation });
      const byHand = await graph.handwritten[name]?.(async (subgraph, asked) => {
        const { data, errors } = await answerOf(canned, subgraph, asked);
        if (errors) throw new Error(errors[0].message);
        return data;
      });
      const result = body.kind === 'single' ? body.singleResult : undefined;
      expect(result?.errors).toBeUndefined();
      // As text: keys in the order of the selections, too.
      expect(JSON.stringify(byHand)).toBe(JSON.stringify(result?.data));
    },
  );
});
