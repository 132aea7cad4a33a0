import { expect, it } from 'vitest';
import { defaultKeysUrl } from '#gateway/identity/variables.ts';
import { databaseNames, defaultPorts, serviceNames, services, servicesFor, subgraphNames } from './services.ts';

it('lists each service on a port of its own, the gateway first', () => {
  expect(new Set(services.map(({ port }) => port)).size).toBe(services.length);
  expect(serviceNames).toEqual(['gateway', ...subgraphNames, 'simulator']);
});

it('serves the keys of access tokens where the gateway looks for them by default', () => {
  expect(Number(new URL(defaultKeysUrl).port)).toBe(defaultPorts.user);
});

it('names services so that they can be the prefix of a variable, a database and a queue', () => {
  expect(serviceNames.filter((name) => !/^[a-z][a-z0-9]*$/.test(name))).toEqual([]);
});

it.each([
  ['in development', {}, true],
  ['in development, by name', { PAYMENT_PROVIDER: 'simulator' }, true],
  ['in development with a real provider', { PAYMENT_PROVIDER: 'stripe' }, false],
  ['in production', { PROFILE: 'production' }, false],
  ['in production, said once', { PROFILE: 'production', PAYMENT_PROVIDER: 'simulator' }, false],
  [
    'in production, said twice',
    { PROFILE: 'production', PAYMENT_PROVIDER: 'simulator', SIMULATOR_IN_PRODUCTION: 'yes' },
    true,
  ],
])('the simulator runs %s: %j → %j', (_, env, runs) => {
  expect(servicesFor(env).map(({ name }) => name)).toEqual([
    'gateway',
    ...subgraphNames,
    ...(runs ? ['simulator'] : []),
  ]);
});

it("counts no outside system's database as one of the shop's, which backups hold", () => {
  expect(databaseNames).toEqual(subgraphNames);
});
