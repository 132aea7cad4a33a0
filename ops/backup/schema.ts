/** A database's tables as they were at the snapshot: made anew by the migrations that had been applied then. */

import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { historyTable, readMigration } from '#platform/database/migrations.ts';
import type { DatabaseName } from '../services.ts';
import type { SavedDatabase } from './manifest.ts';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

export interface Migrations {
  /** Those of the backup, in order; all of this release for a database that the backup lacks. */
  readonly applied: readonly Migration[];
  /** The names of those added since. */
  readonly newer: readonly string[];
}

/** Throws when this release lacks one of the backup's migrations or has changed it. */
export const migrationsOf = async (
  root: string,
  name: DatabaseName,
  saved: SavedDatabase | undefined,
): Promise<Migrations> => {
  const folder = path.join(root, 'prisma', name, 'migrations');
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const known = entries.map((entry) => entry.name).sort();
  const applied: Migration[] = [];
  if (!saved) {
    for (const one of known)
      applied.push({ name: one, ...(await readMigration(path.join(folder, one, 'migration.sql'))) });
    return { applied, newer: [] };
  }
  for (const migration of saved.migrations) {
    const here = await readMigration(path.join(folder, migration.name, 'migration.sql')).catch(() => undefined);
    if (here?.checksum !== migration.checksum)
      throw new Error(
        `the backup has the migration ${name}/${migration.name}, and this release ${here ? 'has another of that name' : 'lacks it'}: restore with the release that made the backup, or a later one`,
      );
    applied.push({ name: migration.name, ...here });
  }
  return { applied, newer: known.filter((one) => !applied.some(({ name }) => name === one)) };
};

/**
 * Empties the database and makes the backup's tables, in the caller's transaction, as the owner (not a superuser). The
 * migration history is left empty: its rows are part of the data.
 */
export const makeSchema = async (client: pg.Client, { applied }: Migrations): Promise<void> => {
  const { rows } = await client.query<{ command: string }>(dropCommands);
  for (const { command } of rows) await client.query(command);
  await client.query(historyTable);
  for (const { sql } of applied) await client.query(sql);
};

/** The history of a database that the backup lacks. */
export const recordMigrations = async (client: pg.Client, applied: readonly Migration[]): Promise<void> => {
  for (const { name, checksum } of applied)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
};

/**
 * Object by object, because `public`, our own schema (`?schema=`) and extensions may belong to the server's administrator. What
 * depends on another object (a sequence on its column, a row type on its table) goes with that.
 */
const dropCommands = `
  SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) AS command
    FROM pg_namespace
   WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public', current_schema())
  UNION ALL
  SELECT format('DROP %s IF EXISTS %s CASCADE', object.type, object.identity)
    FROM pg_depend placed, pg_identify_object(placed.classid, placed.objid, 0) AS object
   WHERE placed.refclassid = 'pg_namespace'::regclass AND placed.refobjid IN ('public'::regnamespace, current_schema()::regnamespace)
     AND placed.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass,
                            'pg_ts_config'::regclass, 'pg_ts_dict'::regclass)
     AND NOT EXISTS (SELECT FROM pg_depend owned
                      WHERE owned.classid = placed.classid AND owned.objid = placed.objid
                        AND owned.deptype IN ('a', 'e', 'i'))`;
