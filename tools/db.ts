/** npm run db: migrations of the databases. See `usage`. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { databaseOf, migrate } from '#ops/migrate.ts';
import { type AnyDatabaseName, allDatabaseNames, databaseNames } from '#ops/services.ts';
import { pendingMigrations } from '#platform/database/migrations.ts';
import { destructiveStatements, findDrift, type Server, writeMigration } from './database/migrations.ts';

const usage = `Usage: npm run db -- [${allDatabaseNames.join('|')}] <command>
  dev --name <title>   write the next migration: what schema.prisma has and the migrations lack
  dev --name <title> --empty   write an empty one, to fill by hand
  drift                compares the migrations with schema.prisma; exit 1 and the missing SQL if they differ
  status               the pending migrations of <NAME>_DATABASE_URL
  deploy               apply them
Without a name, drift, status and deploy cover the databases of the subgraphs. dev and drift start a server of their own.`;

type Options = { title: string | undefined; empty: boolean };
/** Returns false for a result that should fail a check. */
type Command = (names: readonly AnyDatabaseName[], options: Options) => Promise<boolean>;

const root = path.resolve(import.meta.dirname, '..');
const folderOf = (name: string): string => path.join(root, 'prisma', name);
const migrationsOf = (name: string): string => path.join(folderOf(name), 'migrations');

const withServer = async (work: (server: Server) => Promise<boolean>): Promise<boolean> => {
  const server = await temporaryCluster();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
};

const commands: Record<string, Command> = {
  dev: ([name, ...others], { title, empty }) =>
    withServer(async (server) => {
      if (!name || others.length > 0 || !title) throw new Error(`dev needs one database and a --name\n${usage}`);
      const migration = await writeMigration(server, folderOf(name), { title, empty, now: new Date() });
      if (!migration) console.log(`${name}: nothing to do, the migrations match schema.prisma`);
      else {
        console.log(`${name}: wrote ${path.relative(process.cwd(), migration.file)}\n${migration.sql}`);
        const destructive = destructiveStatements(migration.sql);
        if (destructive.length > 0) console.log(`WARNING: this loses data:\n${destructive.join('\n')}`);
      }
      return true;
    }),
  drift: (names) =>
    withServer(async (server) => {
      const found = await Promise.all(
        names.map(async (name) => ({ name, sql: await findDrift(server, folderOf(name)) })),
      );
      for (const { name, sql } of found) {
        if (sql === undefined) console.log(`${name}: migrations and schema.prisma agree`);
        else
          console.log(
            `${name}: schema.prisma has changes without a migration (npm run db -- ${name} dev --name …):\n${sql}`,
          );
      }
      return found.every(({ sql }) => sql === undefined);
    }),
  status: async (names) => {
    for (const name of names) {
      const waiting = await pendingMigrations(databaseOf(name).directUrl, migrationsOf(name), databaseOf(name));
      console.log(`${name}: ${waiting.length === 0 ? 'up to date' : `pending: ${waiting.join(', ')}`}`);
    }
    return true;
  },
  deploy: async (names) => {
    await migrate(names);
    return true;
  },
};

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { name: { type: 'string' }, empty: { type: 'boolean', default: false }, help: { type: 'boolean' } },
  });
  const named = allDatabaseNames.filter((name) => positionals.includes(name));
  const [verb = '', ...rest] = positionals.filter((word) => !allDatabaseNames.some((name) => name === word));
  const command = commands[verb];
  if (!command || rest.length > 0 || values.help) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 1;
    return;
  }
  const succeeded = await command(named.length > 0 ? named : databaseNames, {
    title: values.name,
    empty: values.empty,
  });
  process.exitCode = succeeded ? 0 : 1;
};

await main().catch((fault: Error) => {
  console.error(fault.message);
  process.exitCode = 1;
});
