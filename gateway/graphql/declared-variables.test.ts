import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { expect, it } from 'vitest';
import { keepDeclaredVariables } from './declared-variables.ts';

it.each([
  ['query ($n: Int) { at(n: $n) }', { n: 1, other: [1, 2, 3] }, { n: 1 }],
  ['query ($n: Int = 2) { at(n: $n) }', { other: 1 }, {}],
  ['{ at }', { constructor: 1 }, {}],
  ['query A($n: Int) { at(n: $n) } query B($m: Int) { at(n: $m) }', { n: 1, m: 2 }, { n: 1 }],
])('whoever comes after it sees what %s declares', async (query, variables, expected) => {
  const seen: unknown[] = [];
  const next: ApolloServerPlugin = {
    requestDidStart: async () => ({ didResolveOperation: async ({ request }) => void seen.push(request.variables) }),
  };
  const server = new ApolloServer({
    typeDefs: 'type Query { at(n: Int): Int }',
    plugins: [keepDeclaredVariables, next],
  });
  await server.executeOperation({ query, variables, ...(query.includes('query A') && { operationName: 'A' }) });
  await server.stop();
  expect(seen).toEqual([expected]);
});
