import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type SubgraphName, subgraphNames } from '#contracts/services.ts';
import { lastTransport } from '#launcher/events.ts';
import { databaseAccount } from '#launcher/postgres/account.ts';
import { homeOf } from '#launcher/postgres/home.ts';
import { privateRedisUrl } from '#launcher/redis.ts';
import type { Secrets } from '#launcher/secrets.ts';
import { parseConfig, variable } from '#platform/config/config.ts';
import type { BusConfig } from '#platform/messaging/bus/create-bus.ts';
import { databaseUrl } from './database/connect.ts';
import { givenDatabases } from './database/given-url.ts';
import type { DatabaseUrls } from './audit/audit.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The databases that the environment names, past a pooler; where it names none, those of the installation in `dataDir`. Throws on half of them. */
export const findDatabases = async (env: Environment, dataDir: string): Promise<DatabaseUrls> => {
  const given = givenDatabases(env);
  const missing = subgraphNames.filter((name) => !given.has(name));
  if (missing.length > 0 && missing.length < subgraphNames.length)
    throw new Error(`set ${missing.map((name) => `${name.toUpperCase()}_DATABASE_URL`).join(', ')} as well`);
  if (missing.length === 0) return byName((name) => given.get(name)?.directUrl ?? '');
  return embedded(dataDir);
};

const embedded = async (dataDir: string): Promise<DatabaseUrls> => {
  try {
    const { databasePasswords } = await secretsOf(dataDir);
    const port = await postgresPort(dataDir);
    return byName((name) => databaseUrl({ role: name, password: databasePasswords[name], port, database: name }));
  } catch (cause) {
    throw new Error(nothingStarted('no *_DATABASE_URL is set', dataDir), { cause });
  }
};

/** The queues that the environment names; where it names none, those of the installation in `dataDir`. */
export const findQueues = async (env: Environment, dataDir: string): Promise<BusConfig> =>
  givenQueues(env) ?? (await ownQueues(dataDir));

const queueVariables = z.object({
  REDIS_URL: variable.redis().optional(),
  EVENTS_DATABASE_URL: variable.database().optional(),
});

export const givenQueues = (env: Environment): BusConfig | undefined => {
  const parsed = parseConfig(queueVariables, env);
  if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));
  const { REDIS_URL: redisUrl, EVENTS_DATABASE_URL: eventsDatabaseUrl } = parsed.config;
  if (redisUrl) return { redisUrl };
  return eventsDatabaseUrl ? { eventsDatabaseUrl } : undefined;
};

/** As the launcher left word of them: which transport it chose, and the port that its server has this time. */
const ownQueues = async (dataDir: string): Promise<BusConfig> => {
  try {
    const { redisPassword, databasePasswords } = await secretsOf(dataDir);
    const transport = await lastTransport(dataDir);
    if (transport === 'redis')
      return { redisUrl: privateRedisUrl(redisPassword, await portIn(path.join(dataDir, 'redis'))) };
    if (transport !== 'postgres') throw new Error('it has not said where its events are');
    const port = await postgresPort(dataDir);
    return {
      eventsDatabaseUrl: databaseUrl({ role: 'events', password: databasePasswords.events, port, database: 'events' }),
    };
  } catch (cause) {
    throw new Error(nothingStarted('neither REDIS_URL nor EVENTS_DATABASE_URL is set', dataDir), { cause });
  }
};

const secretsOf = async (dataDir: string): Promise<Secrets> =>
  JSON.parse(await readFile(path.join(dataDir, 'secrets.json'), 'utf8'));

const postgresPort = async (dataDir: string): Promise<number> =>
  portIn(path.join(await homeOf(dataDir, databaseAccount()), 'postgres'));

const portIn = async (folder: string): Promise<number> =>
  Number(await readFile(path.join(folder, 'agora.port'), 'utf8'));

const nothingStarted = (unset: string, dataDir: string): string =>
  `${unset}, and ${path.resolve(dataDir)} holds no system that npm start has started`;

const byName = (url: (name: SubgraphName) => string): DatabaseUrls =>
  Object.fromEntries(subgraphNames.map((name) => [name, url(name)])) as DatabaseUrls;
