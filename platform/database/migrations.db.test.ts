import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyDatabase, type TestDatabase, testServer } from '#kit/postgres/postgres.ts';
import { otherDatabase, withClient } from './client.ts';
import { applyMigrations, pendingMigrations } from './migrations.ts';
import pg from './pg.ts';

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await emptyDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
});

afterEach(async () => {
  await database.dispose();
  await rm(folder, { recursive: true });
});

const write = async (name: string, sql: string): Promise<void> => {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, 'migration.sql'), sql);
};

const query = async (sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

const nameOf = ({ url }: TestDatabase): string => new URL(url).pathname.slice(1);
const asSuperuser = (of: TestDatabase): string => otherDatabase(testServer().superuserUrl, nameOf(of));

describe('applyMigrations', () => {
  it('applies new migrations in the order of their names, and none twice', async () => {
    await write('20260102_second', 'ALTER TABLE a ADD COLUMN n int');
    await write('20260101_first', 'CREATE TABLE a (id int)');
    expect(await applyMigrations(database.url, folder)).toEqual({ applied: ['20260101_first', '20260102_second'] });
    expect(await applyMigrations(database.url, folder)).toEqual({ applied: [] });
    await write('20260103_third', 'CREATE TABLE b (id int)');
    expect(await applyMigrations(database.url, folder)).toEqual({ applied: ['20260103_third'] });
  });

  it('takes a file for the same whether it was checked out with LF or with CRLF', async () => {
    await write('1_first', "CREATE TABLE a (id int);\nCOMMENT ON TABLE a IS 'two\nlines';\n");
    await applyMigrations(database.url, folder);
    await write('1_first', "CREATE TABLE a (id int);\r\nCOMMENT ON TABLE a IS 'two\r\nlines';\r\n");
    expect(await applyMigrations(database.url, folder)).toEqual({ applied: [] });
    await write('2_second', "COMMENT ON TABLE a IS 'other\r\nlines';");
    await applyMigrations(database.url, folder);
    expect(await query("SELECT obj_description('a'::regclass) AS said")).toEqual([{ said: 'other\nlines' }]);
  });

  it('applies each migration once when several processes start together', async () => {
    await write('1_slow', 'CREATE TABLE a (id int); SELECT pg_sleep(0.2)');
    const results = await Promise.all([1, 2, 3].map(() => applyMigrations(database.url, folder)));
    expect(results.flatMap(({ applied }) => applied)).toEqual(['1_slow']);
  });

  it('runs function bodies with semicolons in them', async () => {
    await write('1_f', "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END; $$;");
    await applyMigrations(database.url, folder);
    expect(await query('SELECT f()')).toEqual([{ f: 'a;b' }]);
  });

  it('leaves nothing of a failed migration behind, says where it failed, and tries again next time', async () => {
    await write('1_ok', 'CREATE TABLE a (id int)');
    await write('2_bad', 'CREATE TABLE b (id int);\nALTER TABLE\n  missing ADD COLUMN n int;');
    await expect(applyMigrations(database.url, folder)).rejects.toThrow(/2_bad failed.*"missing" does not exist/);
    expect(await query("SELECT to_regclass('b') AS b")).toEqual([{ b: null }]);
    await write('2_bad', 'CREATE TABLE b (id int)');
    expect(await applyMigrations(database.url, folder)).toEqual({ applied: ['2_bad'] });
  });

  it('names the line of a syntax error', async () => {
    await write('1_bad', 'CREATE TABLE b (id int);\n\nCREATE TABEL c (id int);');
    await expect(applyMigrations(database.url, folder)).rejects.toThrow(/1_bad failed at line 3/);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    await write('1_a', 'CREATE TABLE a (id int)');
    await applyMigrations(database.url, folder);
    await write('1_a', 'CREATE TABLE a (id bigint)');
    await expect(applyMigrations(database.url, folder)).rejects.toThrow(
      'Migration 1_a was edited after it was applied',
    );
  });

  it("refuses to go on after another tool's migration failed half-way", async () => {
    await write('1_a', 'CREATE TABLE a (id int)');
    await applyMigrations(database.url, folder);
    await query("UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '1_a'");
    await expect(applyMigrations(database.url, folder)).rejects.toThrow('Migration 1_a failed before');
  });

  it('applies again what an operator marked as rolled back', async () => {
    await write('1_a', 'CREATE TABLE IF NOT EXISTS a (id int)');
    await applyMigrations(database.url, folder);
    await query('UPDATE _prisma_migrations SET finished_at = NULL, rolled_back_at = now()');
    expect(await applyMigrations(database.url, folder)).toEqual({ applied: ['1_a'] });
  });

  it('names the service whose database it cannot reach, without its address', async () => {
    const variable = 'ORDER_DATABASE_URL';
    const attempt = applyMigrations('postgresql://order:hush@127.0.0.1:1/order', folder, { variable });
    await expect(attempt).rejects.toThrow(/^ORDER_DATABASE_URL: cannot reach the database: connect ECONNREFUSED/);
    await expect(attempt).rejects.not.toThrow('hush');
    await expect(applyMigrations('postgresql://u:7/Kx9+hush@host/db', folder)).rejects.not.toThrow(/hush|Kx9/);
  });

  it('makes its tables in the schema of the address, whatever the role prefers', async () => {
    const owned = (name: string) => query(`SELECT schemaname FROM pg_tables WHERE tablename = '${name}'`);
    await query('CREATE SCHEMA scratch');
    await query(`ALTER ROLE CURRENT_USER IN DATABASE "${nameOf(database)}" SET search_path = scratch`);
    await write('1_a', 'CREATE TABLE a (id int)');
    await applyMigrations(database.url, folder);
    expect(await owned('a')).toEqual([{ schemaname: 'public' }]);
    await applyMigrations(`${database.url}?schema=shop`, folder);
    expect(await owned('_prisma_migrations')).toEqual([{ schemaname: 'public' }, { schemaname: 'shop' }]);
    expect(await pendingMigrations(`${database.url}?schema=shop`, folder)).toEqual([]);
    expect(await pendingMigrations(`${database.url}?schema=other`, folder)).toEqual(['1_a']);
  });

  it('refuses a schema in which the role may not create, with the remedy', async () => {
    await withClient(asSuperuser(database), (client) => client.query('CREATE SCHEMA closed'));
    await expect(applyMigrations(`${database.url}?schema=closed`, folder, { variable: 'X' })).rejects.toThrow(
      'X: the role may not make tables in the schema closed (permission denied): grant it CREATE there, or name another with ?schema=.',
    );
  });

  it('refuses a role behind a pooler that would have services look elsewhere, or see each other', async () => {
    await query('CREATE SCHEMA scratch');
    const role = `ALTER ROLE CURRENT_USER IN DATABASE "${nameOf(database)}"`;
    await query(`${role} SET default_transaction_isolation = 'serializable'; ${role} SET search_path = scratch`);
    const attempt = applyMigrations(database.url, folder, { variable: 'X', isPooled: true });
    await expect(attempt).rejects.toThrow(
      /^X: .*ALTER ROLE … SET search_path = public; ALTER ROLE … SET default_transaction_isolation = 'read committed'\.$/,
    );
    await query(`${role} RESET ALL; DROP SCHEMA scratch`);
    expect(await applyMigrations(database.url, folder, { isPooled: true })).toEqual({ applied: [] });
  });

  it('refuses a database that cannot hold every character', async () => {
    const name = `${nameOf(database)}_latin`;
    await withClient(testServer().superuserUrl, (client) =>
      client.query(`CREATE DATABASE "${name}" OWNER scratch TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`),
    );
    try {
      await expect(applyMigrations(otherDatabase(database.url, name), folder)).rejects.toThrow(/is LATIN1.*UTF8/);
    } finally {
      await withClient(testServer().superuserUrl, (client) => client.query(`DROP DATABASE "${name}" WITH (FORCE)`));
    }
  });

  const waits = { processMs: 60_000, lockMs: 100, pauseMs: 50, tries: 1_000 };

  it('lets others at a table that somebody reads for long, tries again, and is done when that has ended', async () => {
    await write('1_a', 'CREATE TABLE a (id int)');
    await applyMigrations(database.url, folder);
    await write('2_n', 'CREATE TABLE b (id int);\nALTER TABLE a ADD COLUMN n int');
    const told = Promise.withResolvers<string>();
    const { applying } = await withClient(database.url, async (reader) => {
      await reader.query('BEGIN; SELECT FROM a');
      const outcome = applyMigrations(database.url, folder, { onNotice: told.resolve, waits });
      expect(await told.promise).toMatch(/^Migration 2_n did not get a lock that it needs.*tried again/);
      // Would wait behind the migration for as long as the reader reads.
      expect(await query('SELECT count(*)::int AS n FROM a')).toEqual([{ n: 0 }]);
      await reader.query('COMMIT');
      return { applying: outcome };
    });
    expect(await applying).toEqual({ applied: ['2_n'] });
  });

  it('gives up in the end, and leaves nothing behind', async () => {
    await write('1_a', 'CREATE TABLE a (id int)');
    await applyMigrations(database.url, folder);
    await write('2_n', 'CREATE TABLE b (id int);\nALTER TABLE a ADD COLUMN n int');
    await withClient(database.url, async (reader) => {
      await reader.query('BEGIN; SELECT FROM a');
      await expect(applyMigrations(database.url, folder, { waits: { ...waits, tries: 2 } })).rejects.toThrow(
        /2_n did not get a lock that it needs 2 times/,
      );
    });
    expect(await query("SELECT to_regclass('b') AS b")).toEqual([{ b: null }]);
  });

  it('hears that it should end, whatever it waits for', async () => {
    const stopping = new AbortController();
    await write('1_slow', 'SELECT pg_sleep(600)');
    const attempt = applyMigrations(database.url, folder, { signal: stopping.signal });
    const sleeping = async () => (await query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length;
    await expect.poll(sleeping).toBe(1);
    stopping.abort(new Error('Interrupted'));
    await expect(attempt).rejects.toThrow('Interrupted');
  });
});

describe('pendingMigrations', () => {
  it('names what would be applied, on a new database and on an old one, and applies nothing', async () => {
    await write('1_a', 'CREATE TABLE a (id int)');
    expect(await pendingMigrations(database.url, folder)).toEqual(['1_a']);
    expect(await query("SELECT to_regclass('_prisma_migrations') AS t")).toEqual([{ t: null }]);
    await applyMigrations(database.url, folder);
    await write('2_b', 'CREATE TABLE b (id int)');
    expect(await pendingMigrations(database.url, folder)).toEqual(['2_b']);
  });
});
