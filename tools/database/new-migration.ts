import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findDrift } from './drift.ts';
import type { Server } from './replay.ts';

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

/** The statements that throw data away, for a warning: the one part of a generated migration that must never pass unread. */
export const destructiveStatements = (sql: string): string[] =>
  sql.split('\n').filter((line) => /\bDROP (TABLE|COLUMN|TYPE)\b|\bSET DATA TYPE\b/.test(line));
