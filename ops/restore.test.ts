import path from 'node:path';
import { expect, it } from 'vitest';
import { type OpenDataFolder, openTarget } from './restore.ts';
import { databaseNames, variableOf } from './services.ts';

const env = Object.fromEntries(
  databaseNames.map((name) => [variableOf(name, 'DATABASE_URL'), `postgresql://a:b@localhost/${name}`]),
);
const open: OpenDataFolder = async (folder) => {
  throw new Error(`opened ${folder}`);
};

it('refuses a data folder that was asked for while the environment names databases', async () => {
  await expect(openTarget('x', env, open)).rejects.toThrow(/both --data and .*ORDER_DATABASE_URL.* name databases/);
});

it('restores the databases of the environment, or else the data folder', async () => {
  const { urls } = await openTarget(undefined, env, open);
  expect(urls.order).toBe(env.ORDER_DATABASE_URL);
  await expect(openTarget('x', {}, open)).rejects.toThrow(`opened ${path.resolve('x')}`);
  await expect(openTarget(undefined, {}, open)).rejects.toThrow(`opened ${path.resolve('.data')}`);
});
