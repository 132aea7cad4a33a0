/** Supergraphs of older compositions, which do not write the conditions of implementations on their interfaces. */
import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import type { Condition } from './conditions.ts';
import { documentGuard } from './guarded-document.ts';

const schema = buildSchema(`
  type Query { nodes: [Node] one: Open }
  interface Node { id: ID name: String }
  type Open implements Node { id: ID name: String }
  type Closed implements Node { id: ID name: String role: Role }
  enum Role { A }`);
const authenticated: Condition = { kind: 'authenticated' };
const scope = (name: string): Condition => ({ kind: 'scopes', anyOf: [[name]] });

it.each<[string, Record<string, Condition[]>, string, Condition[] | undefined]>([
  ['a type', { Closed: [authenticated] }, '{ nodes { id } }', [authenticated]],
  [
    'a type, in a fragment on its interface',
    { Closed: [authenticated] },
    '{ one { ... on Node { id } } }',
    [authenticated],
  ],
  [
    'a type, of which only others are asked',
    { Closed: [authenticated] },
    '{ nodes { __typename ... on Open { id } } }',
    undefined,
  ],
  ['a field', { 'Closed.name': [scope('a')] }, '{ nodes { name } }', [scope('a')]],
  ['another field', { 'Closed.name': [scope('a')] }, '{ nodes { id } }', undefined],
  ['an interface by itself', { Node: [scope('a')] }, '{ nodes { ... on Open { id } } }', [scope('a')]],
  ['what a field returns', { Role: [scope('a')] }, '{ nodes { ... on Closed { role } } }', [scope('a')]],
  [
    'several, each once',
    { Closed: [authenticated], 'Closed.id': [authenticated, scope('a')] },
    '{ nodes { ... on Closed { id again: id } } }',
    [authenticated, scope('a')],
  ],
])('finds the conditions of %s', (_, conditions, query, found) => {
  const guard = documentGuard(schema, new Map(Object.entries(conditions)));
  expect(guard.guarded(parse(query))?.conditions).toEqual(found);
});
