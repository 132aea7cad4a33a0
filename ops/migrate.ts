/**
 * node ops/migrate.ts [user] [product] [order] [payment] [simulator]: applies the pending migrations to the databases named by the
 * `*_DATABASE_URL` variables, or to those of the arguments only. Needs production dependencies only: containers run it.
 */
import path from 'node:path';
import { applyMigrations } from '#platform/database/migrations.ts';
import { type GivenDatabase, givenDatabases } from './addresses.ts';
import { readEnvFile } from './env-file.ts';
import { type AnyDatabaseName, allDatabaseNames, databaseNames } from './services.ts';

const root = path.resolve(import.meta.dirname, '..');

/** A service's database, which the environment must name. */
export const databaseOf = (name: AnyDatabaseName): GivenDatabase => {
  const given = givenDatabases(process.env).get(name);
  if (!given) throw new Error(`${name.toUpperCase()}_DATABASE_URL is not set`);
  return given;
};

/** Applies the pending migrations of these databases, one after the other, and prints a line for each. */
export const migrate = async (names: readonly string[]): Promise<void> => {
  const unknown = names.filter((name) => !allDatabaseNames.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`No such database: ${unknown.join(', ')}`);
  for (const name of allDatabaseNames.filter((known) => names.includes(known))) {
    const { directUrl, ...given } = databaseOf(name);
    const { applied } = await applyMigrations(directUrl, path.join(root, 'prisma', name, 'migrations'), {
      ...given,
      onNotice: (sentence) => console.error(`${name}: ${sentence}`),
    });
    console.log(`${name}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
  }
};

if (import.meta.main) {
  readEnvFile();
  const chosen = process.argv.slice(2);
  await migrate(chosen.length > 0 ? chosen : databaseNames).catch((fault: Error) => {
    console.error(fault.message);
    process.exitCode = 1;
  });
}
