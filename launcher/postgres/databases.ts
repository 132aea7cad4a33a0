import path from 'node:path';
import { type DatabaseUrls, type GivenDatabase, givenDatabases } from '#ops/addresses.ts';
import { type AnyDatabaseName, databaseNames, isChosen, outsiders } from '#ops/services.ts';
import { applyMigrations, type MigrationOptions } from '#platform/database/migrations.ts';
import type { Secrets } from '../secrets.ts';
import { type OwnPostgres, startOwnPostgres } from './own-postgres.ts';
import { ensureDatabases } from './roles.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type Databases = {
  urls: DatabaseUrls;
  /** Those that the environment names. */
  given: ReadonlyMap<AnyDatabaseName, GivenDatabase>;
  /** Of the embedded events database, when one was asked for. */
  eventsUrl: string | undefined;
  /** Our own server, unless the environment gave all addresses. */
  server: OwnPostgres | undefined;
};

/** The databases that the environment names; the others in our own PostgreSQL server, which is started only when it is needed. */
export const openDatabases = async (options: {
  folder: string;
  env: Environment;
  secrets: Secrets;
  withEvents: boolean;
  onNotice: (sentence: string) => void;
}): Promise<Databases> => {
  const { env, secrets, withEvents } = options;
  const given = givenDatabases(env);
  const names = [...databaseNames, ...outsiders.filter((one) => isChosen(one, env)).map(({ name }) => name)];
  const own = names.filter((name) => !given.has(name));
  const roles = [
    ...own.map((name) => ({ name, password: secrets.databasePasswords[name] })),
    // The outbox sends again what this database forgot in a power cut, so its commits need not wait for the disk: twice the speed.
    ...(withEvents
      ? [{ name: 'events', password: secrets.databasePasswords.events, synchronousCommit: 'off' as const }]
      : []),
  ];
  const password = secrets.databasePasswords.postgres;
  const server = roles.length > 0 ? await startOwnPostgres({ ...options, password }) : undefined;
  const made: Record<string, string> = server ? await ensureDatabases(server, roles) : {};
  const urls = Object.fromEntries(names.map((name) => [name, given.get(name)?.url ?? made[name]]));
  return { urls: urls as DatabaseUrls, given, eventsUrl: made.events, server };
};

/** Brings all databases up to date, past a pooler; returns what was applied, as `order/20260101_init`. */
export const migrateAll = async (
  root: string,
  { urls, given }: Pick<Databases, 'urls' | 'given'>,
  { onNotice, signal }: Pick<MigrationOptions, 'onNotice' | 'signal'> = {},
): Promise<string[]> => {
  const applied = await Promise.all(
    Object.entries(urls).map(async ([name, url]) => {
      const { directUrl, ...how } = given.get(name as AnyDatabaseName) ?? {
        directUrl: url,
        variable: `the database of ${name}`,
      };
      const folder = path.join(root, 'prisma', name, 'migrations');
      const result = await applyMigrations(directUrl, folder, { ...how, ...(onNotice && { onNotice }), signal });
      return result.applied.map((migration) => `${name}/${migration}`);
    }),
  );
  return applied.flat();
};
