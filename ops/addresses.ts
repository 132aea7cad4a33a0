/** Where the databases and the queues are: what the environment names, else what `npm start` noted in its data folder. */
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type EventsConfig, eventsVariables, parseConfig, variable } from '#platform/config/config.ts';
import { databaseAddress } from '#platform/database/address.ts';
import {
  type AnyDatabaseName,
  allDatabaseNames,
  type DatabaseName,
  databaseNames,
  type OutsideName,
  subgraphs,
  variableOf,
} from './services.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** Of the shop's databases, and of those of the outside systems that run. */
export type DatabaseUrls = Readonly<Record<DatabaseName, string> & Partial<Record<OutsideName, string>>>;

export interface GivenDatabase {
  /** The variable, for messages: nothing of its value is ever in one. */
  readonly variable: string;
  /** Perhaps through a pooler. */
  readonly url: string;
  /** Past the pooler, for what needs a connection of its own; the same as `url` unless the environment names another. */
  readonly directUrl: string;
  /** The two differ, so there is a pooler, whose connections are as PostgreSQL makes them for the role. */
  readonly isPooled: boolean;
}

const urlVariable = (name: AnyDatabaseName): string => variableOf(name, 'DATABASE_URL');
const directVariable = (name: AnyDatabaseName): string => variableOf(name, 'DATABASE_DIRECT_URL');

const databaseVariables = z.object(
  Object.fromEntries(
    allDatabaseNames
      .flatMap((name) => [urlVariable(name), directVariable(name)])
      .map((name) => [name, variable.database().optional()]),
  ),
);

/** By `<NAME>_DATABASE_URL` and `…_DIRECT_URL`, or the files that `…_FILE` names. Throws everything that is wrong with them. */
export const givenDatabases = (env: Environment): ReadonlyMap<AnyDatabaseName, GivenDatabase> => {
  const config = parsed(databaseVariables, env);
  const faults: string[] = [];
  const given = new Map<AnyDatabaseName, GivenDatabase>();
  for (const name of allDatabaseNames) {
    const url = config[urlVariable(name)];
    const direct = config[directVariable(name)];
    if (url)
      given.set(name, {
        variable: direct ? directVariable(name) : urlVariable(name),
        url,
        directUrl: direct ?? url,
        isPooled: direct !== undefined && direct !== url,
      });
    else if (direct) faults.push(`${directVariable(name)}: set, but ${urlVariable(name)} is not`);
  }
  faults.push(...sharedDatabases(given));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return given;
};

const parsed = <Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment,
): z.output<z.ZodObject<Shape>> => {
  const result = parseConfig(schema, env);
  if ('faults' in result) throw new Error(result.faults.join('\n'));
  return result.config;
};

/** A schema each in one database is not enough: a backup, a restore and the rights of a role concern the whole database. */
const sharedDatabases = (given: ReadonlyMap<AnyDatabaseName, GivenDatabase>): string[] => {
  const faults: string[] = [];
  const owners = new Map<string, string>();
  for (const { variable, directUrl } of given.values()) {
    const { host, port, database } = databaseAddress(directUrl);
    const place = JSON.stringify([host, port, database]);
    const owner = owners.get(place);
    if (owner) faults.push(`${variable}: names the same database as ${owner}; each service has one of its own`);
    else owners.set(place, variable);
  }
  return faults;
};

export const givenQueues = (env: Environment): EventsConfig | undefined => {
  const given = parsed(z.object(eventsVariables), env);
  return (given.REDIS_URL ?? given.EVENTS_DATABASE_URL) ? given : undefined;
};

/** The servers that `npm start` runs itself; what its environment named is not among them. */
export interface EmbeddedAddresses {
  readonly databases: Readonly<Record<string, string>>;
  readonly queues: EventsConfig | undefined;
  /** Where each service listens. */
  readonly services?: Readonly<Record<string, string>>;
}

const addressFile = (dataDir: string): string => path.join(dataDir, 'addresses.json');

/** Called by the launcher at each start: ports may change between two. Holds passwords, so only its owner may read it. */
export const noteAddresses = async (dataDir: string, addresses: EmbeddedAddresses): Promise<void> => {
  const file = addressFile(dataDir);
  await writeFile(`${file}.new`, JSON.stringify(addresses, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
};

const notedAddresses = async (dataDir: string, unset: string): Promise<EmbeddedAddresses> => {
  try {
    return JSON.parse(await readFile(addressFile(dataDir), 'utf8'));
  } catch (cause) {
    throw new Error(nothingStarted(unset, dataDir), { cause });
  }
};

const nothingStarted = (unset: string, dataDir: string): string =>
  `${unset}, and ${path.resolve(dataDir)} holds no system that npm start has started`;

/** The databases, past a pooler. Throws when the environment names only some of them. */
export const findDatabases = async (env: Environment, dataDir: string): Promise<DatabaseUrls> => {
  const given = givenDatabases(env);
  const missing = databaseNames.filter((name) => !given.has(name));
  if (missing.length > 0 && missing.length < databaseNames.length)
    throw new Error(`set ${missing.map(urlVariable).join(', ')} as well`);
  const unset = 'no *_DATABASE_URL is set';
  const noted = missing.length > 0 ? (await notedAddresses(dataDir, unset)).databases : {};
  const urls = allDatabaseNames.flatMap((name) => {
    const url = given.get(name)?.directUrl ?? noted[name];
    return url ? [[name, url] as const] : [];
  });
  const found = new Set<string>(urls.map(([name]) => name));
  if (databaseNames.some((name) => !found.has(name))) throw new Error(nothingStarted(unset, dataDir));
  return Object.fromEntries(urls) as DatabaseUrls;
};

/** The one database, past a pooler: where only its own service's variables are there, as in a pod of it. */
export const findDatabase = async (env: Environment, dataDir: string, name: DatabaseName): Promise<string> => {
  const url =
    givenDatabases(env).get(name)?.directUrl ??
    (await notedAddresses(dataDir, `${urlVariable(name)} is not set`)).databases[name];
  if (!url) throw new Error(nothingStarted(`${urlVariable(name)} is not set`, dataDir));
  return url;
};

export const findQueues = async (env: Environment, dataDir: string): Promise<EventsConfig> => {
  const unset = 'neither REDIS_URL nor EVENTS_DATABASE_URL is set';
  const queues = givenQueues(env) ?? (await notedAddresses(dataDir, unset)).queues;
  if (!queues) throw new Error(nothingStarted(unset, dataDir));
  return queues;
};

/** Where `npm start` has a service; undefined where it has started none from this folder. */
export const notedService = async (dataDir: string, name: string): Promise<string | undefined> => {
  if (!existsSync(addressFile(dataDir))) return undefined;
  return (await notedAddresses(dataDir, `${variableOf(name, 'URL')} is not set`)).services?.[name];
};

/** Where a service processes its queue: its worker by name and default port, or where `npm start` has it. */
export const findService = async (env: Environment, dataDir: string, name: string): Promise<string> => {
  const service = subgraphs.find((each) => each.name === name);
  if (!service) throw new Error(`there is no service ${name}`);
  // What has its queues in its environment is a container or pod among others, whose names are those of their workers.
  if (givenQueues(env)) return `http://${service.worker}:${service.port}`;
  const { services } = await notedAddresses(dataDir, 'neither REDIS_URL nor EVENTS_DATABASE_URL is set');
  return services?.[name] ?? `http://127.0.0.1:${service.port}`;
};
