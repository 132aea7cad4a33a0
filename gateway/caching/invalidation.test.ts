import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { subgraphsByType } from './caching.ts';

const supergraph = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');

it('the supergraph determines which subgraphs a change affects', () => {
  const homes = subgraphsByType(supergraph);
  expect([...(homes.get('Product') ?? [])]).toContain('product');
  expect([...(homes.get('Order') ?? [])].toSorted()).toEqual(['order', 'payment', 'user']);
  expect(homes.get('Reservation')).toBeUndefined();
});

it('a text that is not a supergraph has no types', () => {
  expect(subgraphsByType('type Query { nothing: Boolean }').get('Query')).toEqual(new Set());
});
