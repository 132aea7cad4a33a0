import { expect, it } from 'vitest';
import { programOf } from './services.ts';

it('starts main.ts of a service by Node, from the root', () => {
  expect(programOf({ name: 'order', kind: 'subgraph', port: 1 }, '/shop')).toEqual({
    name: 'order',
    command: process.execPath,
    args: ['/shop/subgraphs/order/main.ts'],
    cwd: '/shop',
  });
});

it('starts a service in another language by its own command, in its folder', () => {
  const program = { command: ['python3', '-m', 'search'], variables: ['SEARCH_PORT'] };
  expect(programOf({ name: 'search', kind: 'subgraph', port: 1, program }, '/shop')).toEqual({
    name: 'search',
    command: 'python3',
    args: ['-m', 'search'],
    cwd: '/shop/subgraphs/search',
  });
});
