import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from './pg.ts';
import { openClient } from './postgres-connection.ts';

/** The key that Prisma Migrate locks, so that its tools and this runner never migrate one database at the same time. */
export const prismaLockKey = 72707369;
// 60 s: a neighbour's start-up migration may take that long; a lock held longer is a stuck process and somebody must look.
const lockTimeoutMs = 60_000;

/** Prisma's own bookkeeping, column for column, so that `prisma migrate status` understands a database we migrated. */
export const historyTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

type Migration = { name: string; sql: string; checksum: string };
type HistoryRow = { migration_name: string; checksum: string; finished_at: Date | null };

/**
 * Brings the database at `url` up to the newest migration in `folder` (one folder per migration, each with a `migration.sql`).
 * Safe to run from several processes at once: one works, the others wait and find nothing to do.
 * A migration takes effect together with its history row or not at all. Throws, naming the database and the migration, when the
 * server cannot be reached, a migration fails, one failed half-way before, or one was edited after it was applied.
 */
export const applyMigrations = async (url: string, folder: string): Promise<{ applied: string[] }> => {
  const migrations = await readMigrations(folder);
  const client = await connect(url);
  try {
    await lock(client, url);
    await client.query(historyTable);
    const applied: string[] = [];
    for (const migration of pending(migrations, await readHistory(client))) {
      await apply(client, migration);
      applied.push(migration.name);
    }
    return { applied };
  } finally {
    await client.end();
  }
};

/** The names of the migrations that `applyMigrations` would apply now. Changes nothing; throws as it does. */
export const pendingMigrations = async (url: string, folder: string): Promise<string[]> => {
  const migrations = await readMigrations(folder);
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ history: string | null }>(
      "SELECT to_regclass('_prisma_migrations') AS history",
    );
    const history = rows[0]?.history ? await readHistory(client) : [];
    return pending(migrations, history).map(({ name }) => name);
  } finally {
    await client.end();
  }
};

/** Which migrations are still to be applied, in order; refuses a history that does not fit the folder. */
const pending = (migrations: Migration[], history: HistoryRow[]): Migration[] => {
  const rows = new Map(history.map((row) => [row.migration_name, row]));
  return migrations.filter(({ name, checksum }) => {
    const row = rows.get(name);
    if (row === undefined) return true;
    if (row.finished_at === null) {
      throw new Error(
        `Migration ${name} failed before and was left unfinished: repair the database, then delete its row.`,
      );
    }
    if (row.checksum !== checksum) {
      throw new Error(`Migration ${name} was edited after it was applied: restore the file and add a new migration.`);
    }
    return false;
  });
};

const readMigrations = async (folder: string): Promise<Migration[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      return { name, ...(await readMigration(path.join(folder, name, 'migration.sql'))) };
    }),
  );
};

/** A migration's SQL and its checksum. Both with LF: git may have checked the same file out with CRLF, and that edits nothing. */
export const readMigration = async (file: string): Promise<Pick<Migration, 'sql' | 'checksum'>> => {
  const sql = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
  return { sql, checksum: createHash('sha256').update(sql).digest('hex') };
};

const connect = async (url: string): Promise<pg.Client> => {
  // A migration takes as long as its table is large: no bound for a statement.
  const client = openClient(url, { name: 'agora-migrations', connectMs: 10_000 });
  try {
    await client.connect();
    return client;
  } catch (cause) {
    throw new Error(`Cannot reach the database ${withoutPassword(url)}: ${reason(cause)}`, { cause });
  }
};

const lock = async (client: pg.Client, url: string): Promise<void> => {
  try {
    await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
    await client.query('SELECT pg_advisory_lock($1)', [prismaLockKey]);
  } catch (cause) {
    throw new Error(`Another process is migrating ${withoutPassword(url)} and does not finish: ${reason(cause)}`, {
      cause,
    });
  }
};

const readHistory = async (client: pg.Client): Promise<HistoryRow[]> => {
  const { rows } = await client.query<HistoryRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return rows;
};

/** The file and its history row in one transaction: a crash leaves both or neither, so the next start can simply try again. */
const apply = async (client: pg.Client, { name, sql, checksum }: Migration): Promise<void> => {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined); // the connection may be what failed; the server then rolls back by itself
    throw new Error(`Migration ${name} failed${lineOf(cause, sql)}: ${reason(cause)}`, { cause });
  }
};

const lineOf = (fault: unknown, sql: string): string => {
  if (!(fault instanceof pg.DatabaseError) || fault.position === undefined) return '';
  return ` at line ${sql.slice(0, Number(fault.position)).split('\n').length}`;
};

/** Node reports "connection refused" on both address families as an AggregateError with an empty message. */
const reason = (fault: unknown): string => {
  if (fault instanceof AggregateError) return fault.errors.map(reason).join('; ');
  return fault instanceof Error ? fault.message : String(fault);
};

const withoutPassword = (url: string): string => {
  const { host, pathname } = new URL(url);
  return `${pathname.slice(1)} at ${host}`;
};
