/**
 * node scripts/migrate.ts [user] [product] [order] [payment]: applies the waiting migrations to the databases named by the
 * `*_DATABASE_URL` variables: to those of the arguments, or to all four. Needs production dependencies only: containers run it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { subgraphNames } from '../contracts/services.ts';
import { applyMigrations } from '../platform/migrations.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The address of a subgraph's database, from `<NAME>_DATABASE_URL` or the file that `<NAME>_DATABASE_URL_FILE` names. */
export const databaseUrlOf = (name: string): string => {
  const variable = `${name.toUpperCase()}_DATABASE_URL`;
  const file = process.env[`${variable}_FILE`];
  const url = file ? readFileSync(file, 'utf8').trim() : process.env[variable];
  if (!url) throw new Error(`${variable} is not set`);
  return url;
};

/** Applies the waiting migrations of these databases, one after the other, and prints a line each. */
export const migrate = async (names: readonly string[]): Promise<void> => {
  const unknown = names.filter((name) => !subgraphNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`No such database: ${unknown.join(', ')}`);
  for (const name of names) {
    const { applied } = await applyMigrations(databaseUrlOf(name), path.join(root, 'prisma', name, 'migrations'));
    console.log(`${name}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
  }
};

if (import.meta.main) {
  const chosen = process.argv.slice(2);
  await migrate(chosen.length > 0 ? chosen : subgraphNames).catch((fault: Error) => {
    console.error(fault.message);
    process.exitCode = 1;
  });
}
