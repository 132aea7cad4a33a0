import { describe, expect, it } from 'vitest';
import { serviceNames } from '#ops/services.ts';
import { type Facts, operatorEnvironment, serviceEnvironment } from './environment.ts';

const key = { kty: 'OKP', crv: 'Ed25519', x: 'public', d: 'private' };
const facts: Facts = {
  env: { LOG_LEVEL: 'debug', STRIPE_SECRET_KEY: 'sk_1' },
  ports: { gateway: 1, user: 2, product: 3, order: 4, payment: 5 },
  secrets: {
    databasePasswords: { postgres: 'a', user: 'b', product: 'c', order: 'd', payment: 'e', events: 'f' },
    redisPassword: 'g',
    accessTokenKeys: { keys: [key] },
    viewerSigningKey: key,
  },
  databaseUrls: { user: 'pg://user', product: 'pg://product', order: 'pg://order', payment: 'pg://payment' },
  events: { REDIS_URL: 'redis://events' },
};

const variablesThat = (env: NodeJS.ProcessEnv, pattern: RegExp): string[] =>
  Object.keys(env)
    .filter((name) => pattern.test(name))
    .toSorted();

describe('serviceEnvironment', () => {
  it('gives each service its own database and its own keys', () => {
    const secret = /_DATABASE_URL|_KEYS?$/;
    expect(variablesThat(serviceEnvironment(facts, 'gateway'), secret)).toEqual([
      'VIEWER_SIGNING_KEY',
      'VIEWER_VERIFY_KEYS',
    ]);
    expect(variablesThat(serviceEnvironment(facts, 'user'), secret)).toEqual([
      'ACCESS_TOKEN_KEYS',
      'USER_DATABASE_URL',
      'VIEWER_VERIFY_KEYS',
    ]);
    expect(variablesThat(serviceEnvironment(facts, 'payment'), secret)).toEqual([
      'PAYMENT_DATABASE_URL',
      'STRIPE_SECRET_KEY',
      'VIEWER_VERIFY_KEYS',
    ]);
  });

  it('gives everybody what is not secret', () => {
    expect(serviceEnvironment(facts, 'order')).toMatchObject({
      LOG_LEVEL: 'debug',
      ORDER_PORT: '4',
      REDIS_URL: 'redis://events',
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

  it('keeps what is asked on this machine from a proxy, beside what the environment keeps from it', () => {
    const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://proxy', NO_PROXY: 'intranet' };
    expect(serviceEnvironment({ ...facts, env }, 'gateway')).toMatchObject({
      HTTP_PROXY: 'http://proxy',
      NO_PROXY: 'intranet,127.0.0.1,localhost,::1',
      no_proxy: 'intranet,127.0.0.1,localhost,::1',
    });
  });

  it('lets what our own environment says win, also in a file, and keeps it from others', () => {
    const given: Facts = {
      ...facts,
      env: { ACCESS_TOKEN_KEYS_FILE: '/run/secrets/keys', USER_SUBGRAPH_URL: 'http://user/graphql' },
    };
    const user = serviceEnvironment(given, 'user');
    expect(user).toMatchObject({
      ACCESS_TOKEN_KEYS_FILE: '/run/secrets/keys',
      USER_SUBGRAPH_URL: 'http://user/graphql',
    });
    expect(user).not.toHaveProperty('ACCESS_TOKEN_KEYS');
    expect(serviceEnvironment(given, 'order')).not.toHaveProperty('ACCESS_TOKEN_KEYS_FILE');
  });
});

describe('operatorEnvironment', () => {
  it('has all databases', () => {
    expect(variablesThat(operatorEnvironment(facts), /_DATABASE_URL/)).toHaveLength(4);
  });
});
