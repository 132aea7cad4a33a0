import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseAddress } from './address.ts';
import { isOtherBackend, openClient, searchPath } from './connection.ts';
import pg from './pg.ts';

/** Prisma Migrate's own lock key, so that its tools and this runner never migrate a database at the same time. */
export const prismaLockKey = 72707369;
const defaultWaits = {
  // 60 s: another process's migration may take that long; a lock held longer means a stuck process.
  processMs: 60_000,
  // 2 s for a table: everybody else queues behind an exclusive lock request, and gives up after 3 s (database.ts).
  lockMs: 2_000,
  // As long again, so that those get their turn.
  pauseMs: 2_000,
  // 30 times: two minutes, in which reports and backups of a small shop end.
  tries: 30,
};

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

export interface MigrationOptions {
  /** How messages name the database: the variable of its address, which is never quoted. */
  readonly variable?: string;
  /** Services reach it through a pooler, with the role's settings. */
  readonly isPooled?: boolean;
  readonly onNotice?: (sentence: string) => void;
  /** When aborted, stops waiting and throws the reason. */
  readonly signal?: AbortSignal | undefined;
  readonly waits?: typeof defaultWaits;
}

/**
 * Brings the database at `url` up to the newest migration in `folder` (one folder per migration, each with a `migration.sql`).
 * Safe to run from several processes at once: each migration is applied by one of them.
 * A migration takes effect together with its history row or not at all. Throws, naming the database and the migration, when the
 * server cannot be reached, a migration fails, one failed half-way before, or one was edited after it was applied.
 */
export const applyMigrations = async (
  url: string,
  folder: string,
  options: MigrationOptions = {},
): Promise<{ applied: string[] }> => {
  const migrations = await readMigrations(folder);
  return withConnection(url, options, async (client, schema) => {
    await prepareDatabase(client, schema, options);
    const applied: string[] = [];
    for (;;) {
      const name = await applyNext(client, migrations, schema, options);
      if (name === undefined) return { applied };
      applied.push(name);
    }
  });
};

/** The names of the migrations that `applyMigrations` would apply now. Changes nothing; throws as it does. */
export const pendingMigrations = async (
  url: string,
  folder: string,
  options: MigrationOptions = {},
): Promise<string[]> => {
  const migrations = await readMigrations(folder);
  return withConnection(url, options, async (client, schema) => {
    const { rows } = await client.query<{ history: string | null }>(
      "SELECT to_regclass(quote_ident($1) || '._prisma_migrations') AS history",
      [schema],
    );
    const history = rows[0]?.history ? await readHistory(client) : [];
    return pending(migrations, history).map(({ name }) => name);
  });
};

/** The pending migrations, in order; refuses a history that does not match the folder. */
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
      throw new Error(
        `Migration ${name} was edited after it was applied: restore the file and add a new migration. (Or this is the database of another service: each service needs its own.)`,
      );
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

/** A migration's SQL and its checksum, both with LF: a checkout with CRLF is not an edit. */
export const readMigration = async (file: string): Promise<Pick<Migration, 'sql' | 'checksum'>> => {
  const sql = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
  return { sql, checksum: createHash('sha256').update(sql).digest('hex') };
};

const withConnection = async <T>(
  url: string,
  { variable = 'The database', signal }: MigrationOptions,
  work: (client: pg.Client, schema: string) => Promise<T>,
): Promise<T> => {
  // No bound for a statement: a migration takes as long as its table is large.
  const client = openClient(url, { name: 'agora-migrations', connectMs: 10_000 });
  client.on('error', () => undefined);
  // Ends the current statement as well.
  const giveUp = () => void client.end().catch(() => undefined);
  signal?.addEventListener('abort', giveUp);
  try {
    signal?.throwIfAborted();
    await client.connect().catch((cause) => {
      throw new Error(`${variable}: cannot reach the database: ${reason(cause)}`, { cause });
    });
    return await work(client, databaseAddress(url).schema);
  } catch (fault) {
    // An error of the aborted connection is not the reason.
    signal?.throwIfAborted();
    throw fault;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    await client.end().catch(() => undefined);
  }
};

/** Refuses what would fail later with a less helpful message, and creates the schema. */
const prepareDatabase = async (
  client: pg.Client,
  schema: string,
  { variable = 'The database', isPooled = false, onNotice }: MigrationOptions,
): Promise<void> => {
  const name = pg.escapeIdentifier(schema);
  const { rows } = await client.query<{ encoding: string; pid: number; exists: boolean }>(
    `SELECT current_setting('server_encoding') AS encoding, pg_backend_pid() AS pid,
            to_regnamespace(${pg.escapeLiteral(name)}) IS NOT NULL AS exists`,
  );
  const [found] = rows;
  if (found?.encoding !== 'UTF8')
    throw new Error(`${variable}: the encoding of the database is ${found?.encoding}, and has to be UTF8.`);
  if (!isPooled && isOtherBackend(client, found.pid))
    onNotice?.(
      `${variable} leads through a pooler. Unless that is in session mode, ${directVariable(variable)} has to name the server itself.`,
    );
  try {
    if (!found.exists) await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
    const allowed = await client.query(`SELECT has_schema_privilege(${pg.escapeLiteral(schema)}, 'CREATE') AS may`);
    if (!allowed.rows[0].may) throw new Error('permission denied');
  } catch (cause) {
    throw new Error(
      `${variable}: the role may not make tables in the schema ${schema} (${reason(cause)}): grant it CREATE there, or name another with ?schema=.`,
      { cause },
    );
  }
  if (isPooled) await checkRole(client, schema, variable);
};

const directVariable = (variable: string): string => variable.replace(/_URL$/, '_DIRECT_URL');

/** Behind a pooler in transaction mode session settings are lost: the role must have them. */
const checkRole = async (client: pg.Client, schema: string, variable: string): Promise<void> => {
  await client.query('BEGIN');
  const { rows } = await client.query<{ name: string; value: string }>(
    `SELECT name, set_config(name, reset_val, true) AS value FROM pg_settings
      WHERE name IN ('search_path', 'default_transaction_isolation')`,
  );
  const { rows: current } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
  await client.query('ROLLBACK');
  const isolation = rows.find(({ name }) => name === 'default_transaction_isolation')?.value;
  const wanted = [
    ...(current[0]?.schema === schema ? [] : [`search_path = ${schema === 'public' ? schema : `${schema}, public`}`]),
    ...(isolation === 'read committed' ? [] : [`default_transaction_isolation = 'read committed'`]),
  ];
  if (wanted.length > 0)
    throw new Error(
      `${variable}: services get connections from a pooler, where only what the role has counts: ${wanted
        .map((setting) => `ALTER ROLE … SET ${setting}`)
        .join('; ')}.`,
    );
};

const readHistory = async (client: pg.Client): Promise<HistoryRow[]> => {
  const { rows } = await client.query<HistoryRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return rows;
};

/**
 * Applies the next pending migration; undefined without one. The migration and its history row are one transaction, so a
 * crash leaves both or neither and the next start can retry. The lock is the transaction's, too: behind a pooler, a session
 * lock would stay with a connection that others are lent.
 */
const applyNext = async (
  client: pg.Client,
  migrations: Migration[],
  schema: string,
  { variable = 'The database', onNotice, signal, waits = defaultWaits }: MigrationOptions,
): Promise<string | undefined> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await begin(client, schema, variable, waits.processMs);
      await client.query(historyTable);
      const [next] = pending(migrations, await readHistory(client));
      if (next) await apply(client, next, waits.lockMs);
      await client.query('COMMIT');
      return next?.name;
    } catch (fault) {
      await client.query('ROLLBACK').catch(() => undefined); // the connection may be what failed; the server then rolls back by itself
      if (!(fault instanceof TableInUse)) throw fault;
      if (attempt === waits.tries)
        throw new Error(`${fault.message} ${waits.tries} times: look in pg_stat_activity for who holds it.`, fault);
      if (attempt === 1) onNotice?.(`${fault.message}: it is tried again, and others are let pass meanwhile.`);
      await pause(waits.pauseMs, undefined, { signal });
    }
  }
};

const begin = async (client: pg.Client, schema: string, variable: string, processMs: number): Promise<void> => {
  // Overrides time-outs of the role or of a pooler's connection.
  await client.query(`BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL search_path = ${searchPath(schema)}; SET LOCAL lock_timeout = ${processMs}`);
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [prismaLockKey]);
  } catch (cause) {
    throw new Error(`${variable}: another process is migrating and does not finish: ${reason(cause)}`, { cause });
  }
};

/** A table that the migration changes is locked by a transaction that does not end. */
class TableInUse extends Error {}

const apply = async (client: pg.Client, { name, sql, checksum }: Migration, lockMs: number): Promise<void> => {
  try {
    await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
  } catch (cause) {
    const line = lineOf(cause, sql);
    if (cause instanceof pg.DatabaseError && cause.code === '55P03')
      throw new TableInUse(`Migration ${name} did not get a lock that it needs${line}`, { cause });
    throw new Error(`Migration ${name} failed${line}: ${reason(cause)}`, { cause });
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
