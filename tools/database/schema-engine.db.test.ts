import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testServer } from '#kit/postgres/postgres.ts';
import { withClient } from '#platform/database/client.ts';
import { destructiveStatements, findDrift, migrationName, writeMigration } from './migrations.ts';

const schema = (models: string): string => `
generator client {
  provider = "prisma-client"
  output   = "client"
}
datasource db {
  provider = "postgresql"
}
${models}`;

const book = 'model Book {\n  id String @id\n  title String\n}\n';
const now = new Date('2026-01-31T12:00:00Z');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'schema-'));
});

afterEach(() => rm(folder, { recursive: true }));

const saveSchema = (models: string): Promise<void> => writeFile(path.join(folder, 'schema.prisma'), schema(models));
const next = (title: string, empty = false) => writeMigration(testServer(), folder, { title, empty, now: new Date() });

describe('the schema engine', () => {
  it('writes a first migration that produces the schema', async () => {
    await saveSchema(book);
    const migration = await writeMigration(testServer(), folder, { title: 'First steps!', empty: false, now });
    expect(migration?.name).toBe('20260131120000_first_steps');
    expect(migration?.sql).toContain('CREATE TABLE "Book"');
    expect(await findDrift(testServer(), folder)).toBeUndefined();
  });

  it('writes nothing when the migrations already produce the schema', async () => {
    await saveSchema(book);
    await next('init');
    expect(await next('again')).toBeUndefined();
    expect(await readdir(path.join(folder, 'migrations'))).toHaveLength(2); // the migration and Prisma's lock file
  });

  it('reports drift as the SQL that is missing, and turns it into the next migration', async () => {
    await saveSchema(book);
    await writeMigration(testServer(), folder, { title: 'init', empty: false, now });
    await saveSchema(book.replace('title String', 'title String\n  pages Int?'));
    expect(await findDrift(testServer(), folder)).toContain('ADD COLUMN     "pages" INTEGER');
    expect((await next('pages'))?.sql).toContain('"pages"');
    expect(await findDrift(testServer(), folder)).toBeUndefined();
  });

  it('does not take triggers, checks, functions and partial indexes of a hand-written migration for drift', async () => {
    await saveSchema(book);
    await writeMigration(testServer(), folder, { title: 'init', empty: false, now });
    const byHand = await next('by hand', true);
    await writeFile(
      byHand?.file ?? '',
      `ALTER TABLE "Book" ADD CHECK (title <> '');
       CREATE INDEX untitled ON "Book" (id) WHERE title = '';
       CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('x', ''); RETURN NULL; END; $$;
       CREATE TRIGGER t AFTER INSERT ON "Book" FOR EACH STATEMENT EXECUTE FUNCTION f();`,
    );
    expect(await findDrift(testServer(), folder)).toBeUndefined();
  });

  it('reports the fault of a broken schema', async () => {
    await saveSchema('model Book {');
    await expect(findDrift(testServer(), folder)).rejects.toThrow('Error validating');
  });

  it('names the migration that does not run', async () => {
    await saveSchema(book);
    const migration = await writeMigration(testServer(), folder, { title: 'init', empty: false, now });
    await writeFile(migration?.file ?? '', 'CREATE TABEL x ()');
    await expect(findDrift(testServer(), folder)).rejects.toThrow('20260131120000_init failed at line 1');
  });

  it('leaves no database and no role behind', async () => {
    await saveSchema(book);
    await findDrift(testServer(), folder);
    const left = await withClient(testServer().superuserUrl, (client) =>
      client.query(
        "SELECT datname FROM pg_database WHERE datname LIKE 'replay%' UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'replay%'",
      ),
    );
    expect(left.rows).toEqual([]);
  });
});

describe('migrationName', () => {
  it('starts with the time in UTC and keeps letters and digits of the title', () => {
    expect(migrationName(' Add “Coupons” & co. ', now)).toBe('20260131120000_add_coupons_co');
  });
});

describe('destructiveStatements', () => {
  it('finds the lines that lose data', () => {
    expect(destructiveStatements('CREATE TABLE a;\nALTER TABLE "a" DROP COLUMN "b",\nDROP TABLE "c";')).toHaveLength(2);
  });
});
