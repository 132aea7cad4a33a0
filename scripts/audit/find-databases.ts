import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type SubgraphName, subgraphNames } from '../../contracts/services.ts';
import { databaseAccount } from '../database/account.ts';
import { databaseUrl } from '../database/connect.ts';
import { givenDirectUrl, givenUrl } from '../database/given-url.ts';
import { homeOf } from '../database/home.ts';
import type { Secrets } from '../launcher/secrets.ts';
import type { DatabaseUrls } from './audit.ts';

/** The databases that the environment names, past a pooler; where it names none, those of the installation in `dataDir`. Throws on half of them. */
export const findDatabases = async (
  env: Readonly<Record<string, string | undefined>>,
  dataDir: string,
): Promise<DatabaseUrls> => {
  const given = new Map(subgraphNames.map((name) => [name, givenDirectUrl(env, name) ?? givenUrl(env, name)]));
  const missing = subgraphNames.filter((name) => !given.get(name));
  if (missing.length > 0 && missing.length < subgraphNames.length)
    throw new Error(`set ${missing.map((name) => `${name.toUpperCase()}_DATABASE_URL`).join(', ')} as well`);
  if (missing.length === 0) return byName((name) => given.get(name) ?? '');
  return embedded(dataDir);
};

const embedded = async (dataDir: string): Promise<DatabaseUrls> => {
  try {
    const secrets = JSON.parse(await readFile(path.join(dataDir, 'secrets.json'), 'utf8')) as Secrets;
    const home = await homeOf(dataDir, databaseAccount());
    const port = Number(await readFile(path.join(home, 'postgres', 'agora.port'), 'utf8'));
    return byName((name) =>
      databaseUrl({ role: name, password: secrets.databasePasswords[name], port, database: name }),
    );
  } catch (error) {
    throw new Error(
      `no *_DATABASE_URL is set, and ${path.resolve(dataDir)} holds no system that npm start has started`,
      { cause: error },
    );
  }
};

const byName = (url: (name: SubgraphName) => string): DatabaseUrls =>
  Object.fromEntries(subgraphNames.map((name) => [name, url(name)])) as DatabaseUrls;
