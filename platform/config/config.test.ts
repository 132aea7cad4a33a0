import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { blockedPorts, parseConfig, processVariables, profileOf, variable } from './config.ts';

const schema = z.object({
  ORDER_PORT: variable.port(4003),
  ORDER_DATABASE_URL: variable.database(),
  KEYS: variable.json(z.object({ keys: z.array(z.string()) })).optional(),
});
const databaseUrl = 'postgresql://127.0.0.1/order';

test('fills in what has a default', () => {
  expect(parseConfig(schema, { ORDER_DATABASE_URL: databaseUrl })).toEqual({
    config: { ORDER_PORT: 4003, ORDER_DATABASE_URL: databaseUrl },
  });
});

test('an empty variable counts as absent', () => {
  expect(parseConfig(schema, { ORDER_PORT: '', ORDER_DATABASE_URL: databaseUrl })).toMatchObject({
    config: { ORDER_PORT: 4003 },
  });
});

test('reports all faults at once and never shows a value', () => {
  const result = parseConfig(schema, { ORDER_PORT: 'secret-port', KEYS: '{"keys": "secret"}' });
  expect(result).toHaveProperty('faults');
  const faults = 'faults' in result ? result.faults : [];
  expect(faults).toHaveLength(3);
  expect(faults).toContain('ORDER_DATABASE_URL: is required');
  expect(faults.join()).toMatch(/ORDER_PORT.*KEYS: is not the JSON/);
  expect(faults.join()).not.toContain('secret');
});

test('a port that no browser opens is refused', () => {
  expect(parseConfig(schema, { ORDER_PORT: '6000', ORDER_DATABASE_URL: databaseUrl })).toEqual({
    faults: ['ORDER_PORT: is a port that browsers and fetch do not open'],
  });
});

test('a URL of another kind is refused by name of the kind that is wanted', () => {
  expect(parseConfig(z.object({ PRODUCT_URL: variable.url('http', 'https') }), { PRODUCT_URL: databaseUrl })).toEqual({
    faults: ['PRODUCT_URL: must be a http or https URL'],
  });
});

test('the address of a database may be a socket, and a fault in it gives nothing of it away', () => {
  const socket = { ORDER_DATABASE_URL: 'postgresql://order:pw@/order?host=/var/run/postgresql' };
  expect(parseConfig(schema, socket)).toMatchObject({ config: socket });
  const result = parseConfig(schema, { ORDER_DATABASE_URL: 'postgresql://u:7/Kx9+s3cret@host/db' });
  expect(result).toMatchObject({ faults: [expect.stringMatching(/^ORDER_DATABASE_URL: .*percent-encoded/)] });
  expect(JSON.stringify(result)).not.toMatch(/s3cret|Kx9/);
});

test('a Redis may be of three kinds, and a fault in its address gives nothing of it away', () => {
  const redis = z.object({ REDIS_URL: variable.redis() });
  for (const REDIS_URL of ['rediss://one', 'redis+sentinel://:pw@one:26379,two/shop', 'redis+cluster://one,two:7001'])
    expect(parseConfig(redis, { REDIS_URL })).toEqual({ config: { REDIS_URL } });
  expect(parseConfig(redis, { REDIS_URL: 'redis+sentinel://:s3cret@one' })).toEqual({
    faults: ['REDIS_URL: must name the master that the Sentinels watch: redis+sentinel://host:26379/mymaster'],
  });
});

test('X_FILE names a file that holds the value of X', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'agora-config-')), 'url');
  writeFileSync(file, `${databaseUrl}\n`);
  expect(parseConfig(schema, { ORDER_DATABASE_URL_FILE: file })).toMatchObject({
    config: { ORDER_DATABASE_URL: databaseUrl },
  });
});

test('a file that is not there, and a value given twice, are faults', () => {
  expect(parseConfig(schema, { ORDER_DATABASE_URL_FILE: '/nowhere/url' })).toEqual({
    faults: ['ORDER_DATABASE_URL_FILE: cannot read /nowhere/url (ENOENT)'],
  });
  expect(parseConfig(schema, { ORDER_DATABASE_URL: databaseUrl, ORDER_DATABASE_URL_FILE: '/x' })).toHaveProperty(
    'faults',
  );
});

test('refuses a renamed variable and names the new one, in every service that reads it', () => {
  const faults = ['GATEWAY_PROFILE: was renamed to PROFILE, which applies to all services; set that instead'];
  expect(parseConfig(z.object(processVariables), { GATEWAY_PROFILE: 'production' })).toEqual({ faults });
  expect(() => profileOf({ GATEWAY_PROFILE: 'production', PROFILE: 'production' })).toThrow(faults[0]);
  expect(parseConfig(z.object(processVariables), { GATEWAY_PROFILE: '' })).toHaveProperty('config');
  expect(parseConfig(schema, { ORDER_DATABASE_URL: databaseUrl, GATEWAY_PROFILE: 'x' })).toHaveProperty('config');
});

test('a service without a profile is in production', () => {
  expect(parseConfig(z.object(processVariables), {})).toMatchObject({ config: { PROFILE: 'production' } });
  expect([profileOf({}), profileOf({ PROFILE: '' }, 'development')]).toEqual(['production', 'development']);
  expect(() => profileOf({ PROFILE: 'staging' })).toThrow(/^PROFILE: .*"development"\|"production"/);
});

test.each(blockedPorts)('refuses port %i, which fetch does not open', async (port) => {
  const fault = await fetch(`http://127.0.0.1:${port}`).catch((error: Error) => error);
  expect(fault).toMatchObject({ cause: { message: 'bad port' } });
  expect(variable.port(4000).safeParse(String(port)).success).toBe(false);
});
