import { expect, it } from 'vitest';
import { defaultKeysUrl } from '#gateway/identity/variables.ts';
import { defaultPorts, serviceNames, services, subgraphNames } from './services.ts';

it('lists each service on a port of its own, the gateway first', () => {
  expect(new Set(services.map(({ port }) => port)).size).toBe(services.length);
  expect(serviceNames).toEqual(['gateway', ...subgraphNames]);
});

it('serves the keys of access tokens where the gateway looks for them by default', () => {
  expect(Number(new URL(defaultKeysUrl).port)).toBe(defaultPorts.user);
});

it('names services so that they can be the prefix of a variable, a database and a queue', () => {
  expect(serviceNames.filter((name) => !/^[a-z][a-z0-9]*$/.test(name))).toEqual([]);
});
