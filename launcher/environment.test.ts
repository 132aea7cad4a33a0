import { describe, expect, it } from 'vitest';
import { allDatabaseNames, defaultPorts, type ServiceName, serviceNames } from '#ops/services.ts';
import { type Facts, loadVariables, operatorEnvironment, serviceEnvironment } from './environment.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'public', d: 'private' };
const byName = <N extends string>(names: readonly N[], value: (name: N) => string) =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<N, string>;
const facts: Facts = {
  env: { LOG_LEVEL: 'debug' },
  ports: defaultPorts,
  secrets: {
    databasePasswords: byName([...allDatabaseNames, 'postgres', 'events'] as const, () => 'secret'),
    redisPassword: 'g',
    variables: {
      ACCESS_TOKEN_KEYS: JSON.stringify({ keys: [key] }),
      VIEWER_SIGNING_KEY: JSON.stringify(key),
      SIMULATOR_API_KEY: 'j',
      SIMULATOR_WEBHOOK_SECRET: 'h',
      UNSUBSCRIBE_SECRET: 'i',
    },
  },
  databaseUrls: byName(allDatabaseNames, (name) => `pg://${name}`),
  events: { REDIS_URL: 'redis://events' },
  dataDir: '/data',
  variables: await loadVariables(),
};

const variablesThat = (env: NodeJS.ProcessEnv, pattern: RegExp): string[] =>
  Object.keys(env)
    .filter((name) => pattern.test(name))
    .toSorted();

describe('serviceEnvironment', () => {
  it('gives each service its own database and its own keys', () => {
    const secret = /_DATABASE_URL|_KEYS?$|_SECRET$/;
    expect(variablesThat(serviceEnvironment(facts, 'gateway'), secret)).toEqual(['VIEWER_SIGNING_KEY']);
    expect(variablesThat(serviceEnvironment(facts, 'user'), secret)).toEqual([
      'UNSUBSCRIBE_SECRET',
      'USER_DATABASE_URL',
      'VIEWER_VERIFY_KEYS',
    ]);
    expect(variablesThat(serviceEnvironment(facts, 'payment'), secret)).toEqual([
      'PAYMENT_DATABASE_URL',
      'SIMULATOR_API_KEY',
      'SIMULATOR_WEBHOOK_SECRET',
      'VIEWER_VERIFY_KEYS',
    ]);
    expect(variablesThat(serviceEnvironment(facts, 'simulator'), secret)).toEqual([
      'SIMULATOR_API_KEY',
      'SIMULATOR_DATABASE_URL',
      'SIMULATOR_WEBHOOK_SECRET',
    ]);
  });

  it('tells the client of an outside system where it is, and that one where to send its webhooks', () => {
    expect(serviceEnvironment(facts, 'payment').SIMULATOR_URL).toBe('http://127.0.0.1:4005');
    expect(serviceEnvironment(facts, 'simulator').SIMULATOR_WEBHOOK_URL).toBe(
      'http://127.0.0.1:4004/webhooks/simulator',
    );
  });

  it('names the file of the keys that are rotated while the user service runs, and holds none of them', () => {
    const user = serviceEnvironment(facts, 'user');
    expect(user).toMatchObject({ ACCESS_TOKEN_KEYS_FILE: '/data/secrets/ACCESS_TOKEN_KEYS' });
    expect(user).not.toHaveProperty('ACCESS_TOKEN_KEYS');
    const given = serviceEnvironment({ ...facts, env: { ACCESS_TOKEN_KEYS: '{}' } }, 'user');
    expect(given.ACCESS_TOKEN_KEYS).toBe('{}');
    expect(given).not.toHaveProperty('ACCESS_TOKEN_KEYS_FILE');
  });

  it('gives each service the variables that it reads and what the system needs, and nothing that is not on a list', () => {
    const ofTheSystem = {
      PATH: '/bin',
      TZ: 'UTC',
      NODE_OPTIONS: '--max-old-space-size=200',
      OTEL_RESOURCE_ATTRIBUTES: 'a=b',
    };
    const ofOthers = {
      ORDER_DATABASE_DIRECT_URL: 'pg://direct',
      SIMULATOR_WEBHOOK_SECRET: 'hush',
      STRIPE_SECRET_KEY: 'sk_test',
      AWS_SECRET_ACCESS_KEY: 'x',
      NODE_AUTH_TOKEN: 'npm',
      UV_PUBLISH_TOKEN: 'uv',
    };
    const given = {
      ...facts,
      env: { ...ofTheSystem, ...ofOthers, LOG_LEVEL: 'debug', ORDER_SUBGRAPH_TIMEOUT_MS: '5' },
    };
    const shared = { ...ofTheSystem, LOG_LEVEL: 'debug' };
    const seenBy = (service: ServiceName) => {
      const env = serviceEnvironment(given, service);
      // What plays an outside system has no part in the shop's events.
      expect(env.REDIS_URL).toBe(service === 'simulator' ? undefined : 'redis://events');
      expect(env).toMatchObject({ ...shared, [`${service.toUpperCase()}_PORT`]: String(facts.ports[service]) });
      return variablesThat(env, new RegExp(`^(${Object.keys(ofOthers).join('|')}|ORDER_SUBGRAPH_.*)$`));
    };
    expect(Object.fromEntries(serviceNames.map((service) => [service, seenBy(service)]))).toMatchObject({
      gateway: ['ORDER_SUBGRAPH_TIMEOUT_MS', 'ORDER_SUBGRAPH_URL'],
      user: [],
      product: [],
      order: ['ORDER_DATABASE_DIRECT_URL'],
      payment: ['SIMULATOR_WEBHOOK_SECRET', 'STRIPE_SECRET_KEY'],
      simulator: ['SIMULATOR_WEBHOOK_SECRET'],
    });
  });

  it('passes on nothing that was meant for other programs', () => {
    const env = {
      HOST: 'x86_64-conda-linux-gnu',
      PORT: '80',
      ROLE: 'admin',
      PGSSLMODE: 'require',
      PGOPTIONS: '-c x=y',
      GATEWAY_ADDRESS: '0.0.0.0',
      EDGE_ADDRESS: '0.0.0.0',
    };
    const order = serviceEnvironment({ ...facts, env }, 'order');
    expect(variablesThat(order, /^(HOST|PORT|ROLE|PG.*|.*_ADDRESS)$/)).toEqual([]);
  });

  it.each([
    [{}, 'development'],
    [{ PROFILE: '' }, 'development'],
    [{ PROFILE: 'production' }, 'production'],
  ])('%j is the profile of every service as %s', (env, expected) => {
    expect(serviceNames.map((service) => serviceEnvironment({ ...facts, env }, service).PROFILE)).toEqual(
      serviceNames.map(() => expected),
    );
  });

  it('lets nobody but the gateway listen elsewhere', () => {
    expect(serviceEnvironment({ ...facts, host: '0.0.0.0' }, 'gateway').HOST).toBe('0.0.0.0');
    expect(serviceEnvironment({ ...facts, host: '0.0.0.0' }, 'user')).not.toHaveProperty('HOST');
  });

  it('adds this machine to the hosts that bypass a proxy', () => {
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://proxy', NO_PROXY: 'intranet' };
    expect(serviceEnvironment({ ...facts, env }, 'gateway')).toMatchObject({
      HTTP_PROXY: 'http://proxy',
      NO_PROXY: 'intranet,127.0.0.1,localhost,::1',
      no_proxy: 'intranet,127.0.0.1,localhost,::1',
    });
  });

  it('prefers the given environment, also with _FILE, and keeps it from other services', () => {
    const given: Facts = {
      ...facts,
      env: { ACCESS_TOKEN_KEYS_FILE: '/run/secrets/keys', REDIS_URL: 'redis://given' },
    };
    const user = serviceEnvironment(given, 'user');
    expect(user).toMatchObject({
      ACCESS_TOKEN_KEYS_FILE: '/run/secrets/keys',
      REDIS_URL: 'redis://given',
    });
    expect(user).not.toHaveProperty('ACCESS_TOKEN_KEYS');
    expect(serviceEnvironment(given, 'order')).not.toHaveProperty('ACCESS_TOKEN_KEYS_FILE');
  });
});

describe('operatorEnvironment', () => {
  it('has all databases', () => {
    expect(variablesThat(operatorEnvironment(facts), /_DATABASE_URL/)).toHaveLength(allDatabaseNames.length);
  });
});
