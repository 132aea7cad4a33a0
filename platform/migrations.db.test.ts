import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyDatabase, type TestDatabase } from '../tests/kit/postgres.ts';
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

describe('applyMigrations', () => {
  it('applies what is new, in the order of the names, and nothing twice', async () => {
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

  it('says which server it cannot reach, and keeps the password to itself', async () => {
    const attempt = applyMigrations('postgresql://order:hush@127.0.0.1:1/order', folder);
    await expect(attempt).rejects.toThrow(/Cannot reach the database order at 127\.0\.0\.1:1: .*ECONNREFUSED/);
    await expect(attempt).rejects.not.toThrow('hush');
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
