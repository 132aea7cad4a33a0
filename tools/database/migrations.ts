/** Migrations of a Prisma folder: replayed on a throw-away database, compared with its schema, and written. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from '#launcher/postgres/cluster.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import pg from '#platform/database/pg.ts';
import { sqlFromDatabaseTo } from './schema-engine.ts';

/** A server on which databases may be made and dropped. */
export type Server = Pick<Cluster, 'superuserUrl' | 'port'>;

/**
 * Calls `work` with the address of a throw-away database to which all migrations of the folder were applied.
 * Its role has the rights of production, so a migration that needs more fails here and not there.
 */
export const withReplay = async <T>(
  server: Server,
  migrations: string,
  work: (url: string) => Promise<T>,
): Promise<T> => {
  const name = `replay_${randomBytes(6).toString('hex')}`;
  const urls = await ensureDatabases(server, [{ name, password: name }]);
  const url = urls[name] ?? '';
  try {
    if (existsSync(migrations)) await applyMigrations(url, migrations);
    return await work(url);
  } finally {
    await withClient(server.superuserUrl, async (client) => {
      await client.query(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`);
      await client.query(`DROP ROLE ${pg.escapeIdentifier(name)}`);
    });
  }
};

/** The SQL that the migrations of a Prisma folder lack to make its schema; undefined when nothing is missing. */
export const findDrift = (server: Server, folder: string): Promise<string | undefined> =>
  withReplay(server, path.join(folder, 'migrations'), (url) =>
    sqlFromDatabaseTo(path.join(folder, 'schema.prisma'), url),
  );

export type NewMigration = { name: string; file: string; sql: string };

/**
 * Writes the next migration of a Prisma folder: the step from its migrations to its schema, or, with `empty`, a file to fill by hand.
 * Undefined when there is nothing to write.
 */
export const writeMigration = async (
  server: Server,
  folder: string,
  { title, empty, now }: { title: string; empty: boolean; now: Date },
): Promise<NewMigration | undefined> => {
  const drift = await findDrift(server, folder);
  if (drift === undefined && !empty) return undefined;
  const sql = empty
    ? '-- What Prisma cannot say: extensions, triggers, partial indexes, checks, data.\n'
    : (drift ?? '');
  const name = migrationName(title, now);
  const migrations = path.join(folder, 'migrations');
  const file = path.join(migrations, name, 'migration.sql');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, sql);
  // Prisma's own tools refuse a folder without this file.
  await writeFile(path.join(migrations, 'migration_lock.toml'), 'provider = "postgresql"\n');
  return { name, file, sql };
};

/** `20260131120000_add_coupons`: the time first, in UTC, so that names sort in the order in which they were made. */
export const migrationName = (title: string, now: Date): string => {
  const time = now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const words = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return `${time}_${words}`;
};

/** The statements that lose data, for a warning: the part of a generated migration that must be read. */
export const destructiveStatements = (sql: string): string[] =>
  sql.split('\n').filter((line) => /\bDROP (TABLE|COLUMN|TYPE)\b|\bSET DATA TYPE\b/.test(line));
