import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type AnyDatabaseName, allDatabaseNames } from '#ops/services.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import pg from '#platform/database/pg.ts';

/** Holds the superuser's address of the server that the tests use. */
export const addressVariable = 'AGORA_TEST_POSTGRES_URL';

// The server only listens on this machine, and only while the tests run.
const rolePassword = 'test';

/** The roles of production, so that a test meets the same rights: none of them is a superuser or may make databases. */
export const testRoles = [...allDatabaseNames, 'events', 'scratch'].map((name) => ({ name, password: rolePassword }));

export type TestDatabase = {
  /** Logs in as the role that owns the database. */
  url: string;
  /** Drops the database, and any connection still open to it. */
  dispose: () => Promise<void>;
};

/** A fresh database of one service, migrated, empty. Tens of milliseconds: it is a copy of a template that is migrated once per run. */
export const testDatabase = async (service: AnyDatabaseName): Promise<TestDatabase> => {
  templates[service] ??= migratedTemplate(service, path.resolve('prisma', service, 'migrations'));
  return createDatabase(service, await templates[service]);
};

const templates: Partial<Record<AnyDatabaseName, Promise<string>>> = {};

/** A fresh database with nothing in it. */
export const emptyDatabase = (): Promise<TestDatabase> => createDatabase('scratch', 'template0');

/** A fresh, unmigrated database for the event bus. */
export const eventsDatabase = (): Promise<TestDatabase> => createDatabase('events', 'template0');

/** The server itself, for tests of what makes databases and roles. */
export const testServer = (): { superuserUrl: string; port: number } => ({
  superuserUrl: superuserUrl(),
  port: Number(new URL(superuserUrl()).port),
});

/** Copies of the same template do not disturb each other, so tests in parallel workers may ask at the same time. */
const createDatabase = async (role: string, template: string): Promise<TestDatabase> => {
  const name = `test_${role}_${randomBytes(6).toString('hex')}`;
  await superuser().query(createStatement(name, role, template));
  return {
    url: asRole(role, name),
    dispose: async () => {
      await superuser().query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    },
  };
};

let pool: pg.Pool | undefined;

/** Connections that stay, because making one takes longer than most of what is asked over them. They keep no process alive. */
const superuser = (): pg.Pool => {
  pool ??= new pg.Pool({ connectionString: superuserUrl(), max: 4, allowExitOnIdle: true }).on(
    'error',
    () => undefined,
  );
  return pool;
};

/** One worker migrates the template while the others wait. Its name holds a hash of the migrations, so an edit makes a new one. */
const migratedTemplate = async (role: string, migrations: string): Promise<string> => {
  const template = `template_${role}_${await fingerprint(migrations)}`;
  await withClient(superuserUrl(), async (client) => {
    // The lock ends with the connection.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    if ((await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template])).rows.length > 0) return;
    const unfinished = `${template}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(unfinished)} WITH (FORCE)`);
    await client.query(createStatement(unfinished, role, 'template0'));
    await applyMigrations(asRole(role, unfinished), migrations);
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(unfinished)} RENAME TO ${pg.escapeIdentifier(template)}`);
  });
  return template;
};

const fingerprint = async (migrations: string): Promise<string> => {
  if (!existsSync(migrations))
    throw new Error(`${migrations} does not exist: npm run db -- <name> dev --name init makes the first one`);
  const hash = createHash('sha256');
  for (const entry of (await readdir(migrations, { recursive: true, withFileTypes: true })).sort((a, b) =>
    comparePaths(a, b),
  )) {
    if (entry.isFile()) hash.update(await readFile(path.join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex').slice(0, 12);
};

type Entry = { parentPath: string; name: string };
const comparePaths = (a: Entry, b: Entry): number =>
  path.join(a.parentPath, a.name).localeCompare(path.join(b.parentPath, b.name));

/** Copies the files of the template: half the time of the usual way, through the log, where nothing is flushed. */
const createStatement = (name: string, role: string, template: string): string =>
  `CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(role)}
   TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY file_copy`;

const superuserUrl = (): string => {
  const url = process.env[addressVariable];
  if (!url)
    throw new Error(
      'No PostgreSQL for this test: its file must belong to a Vitest project that starts one (*.db.test.ts, tests/*).',
    );
  return url;
};

const asRole = (role: string, database: string): string =>
  Object.assign(new URL(otherDatabase(superuserUrl(), database)), { username: role, password: rolePassword }).href;
