import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findDatabases, findQueues, findService, noteAddresses } from './addresses.ts';
import { databaseNames, variableOf } from './services.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agora-addresses-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** All but that of order. */
const given = Object.fromEntries(
  databaseNames
    .filter((name) => name !== 'order')
    .map((name) => [variableOf(name, 'DATABASE_URL'), `postgresql://${name}`]),
);

it('takes an address from a variable, or from the file that one names', async () => {
  const file = path.join(folder, 'order');
  writeFileSync(file, 'postgresql://o\n');
  expect(await findDatabases({ ...given, ORDER_DATABASE_URL_FILE: file }, folder)).toMatchObject({
    user: 'postgresql://user',
    order: 'postgresql://o',
    payment: 'postgresql://payment',
  });
});

it('bypasses a pooler where a direct address is given', async () => {
  const direct = { ...given, ORDER_DATABASE_URL: 'postgresql://pooler', ORDER_DATABASE_DIRECT_URL: 'postgresql://o' };
  expect(await findDatabases(direct, folder)).toMatchObject({ order: 'postgresql://o' });
});

it('names every variable with an invalid address, and reveals nothing of it', async () => {
  const wrong = { ...given, USER_DATABASE_URL: 'postgresql://u:hush/7@h/d', ORDER_DATABASE_DIRECT_URL: 'hush' };
  const attempt = findDatabases(wrong, folder);
  await expect(attempt).rejects.toThrow(/^USER_DATABASE_URL: must be .*\nORDER_DATABASE_DIRECT_URL: must begin with/);
  await expect(attempt).rejects.not.toThrow('hush');
});

it('refuses one database for two services, even with a schema each', async () => {
  const shared = { ...given, ORDER_DATABASE_URL: 'postgresql://o@h/shop?schema=o' };
  const attempt = findDatabases({ ...shared, USER_DATABASE_URL: 'postgresql://u@h:5432/shop?schema=u' }, folder);
  await expect(attempt).rejects.toThrow('ORDER_DATABASE_URL: names the same database as USER_DATABASE_URL');
});

it('refuses a direct address without a pooled one', async () => {
  const attempt = findDatabases({ ...given, ORDER_DATABASE_DIRECT_URL: 'postgresql://o' }, folder);
  await expect(attempt).rejects.toThrow('ORDER_DATABASE_DIRECT_URL: set, but ORDER_DATABASE_URL is not');
});

it('is not content with some of them', async () => {
  await expect(findDatabases(given, folder)).rejects.toThrow('set ORDER_DATABASE_URL as well');
});

it('fails when the environment names none and nothing was started', async () => {
  await expect(findDatabases({}, folder)).rejects.toThrow('holds no system');
});

it('finds what the environment does not name where the launcher has noted it', async () => {
  expect(await findQueues({ REDIS_URL: 'redis://r' }, folder)).toEqual({ REDIS_URL: 'redis://r' });
  await expect(findQueues({}, folder)).rejects.toThrow('holds no system');

  const databases = Object.fromEntries(databaseNames.map((name) => [name, `at ${name}`]));
  await noteAddresses(folder, { databases, queues: { EVENTS_DATABASE_URL: 'e' } });
  expect(statSync(path.join(folder, 'addresses.json')).mode & 0o077).toBe(0);
  expect(await findQueues({}, folder)).toEqual({ EVENTS_DATABASE_URL: 'e' });
  expect(await findDatabases({}, folder)).toEqual(databases);

  await noteAddresses(folder, { databases, queues: undefined, services: { product: 'http://127.0.0.1:4712' } });
  expect(await findService({}, folder, 'product')).toBe('http://127.0.0.1:4712');
  // Among containers it is the worker, by its name.
  expect(await findService({ REDIS_URL: 'redis://r' }, folder, 'product')).toBe('http://inventory:4002');

  await noteAddresses(folder, { databases: { user: 'u' }, queues: undefined });
  await expect(findQueues({}, folder)).rejects.toThrow('holds no system');
  await expect(findDatabases({}, folder)).rejects.toThrow('holds no system');
});
