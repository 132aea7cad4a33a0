/** The preflight checks of a restore: nothing else is connected, and nothing is lost without being asked for. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { prismaLockKey } from '#platform/database/migrations.ts';
import type { Bus } from '#platform/messaging/bus/bus.ts';
import { messagesIn } from '../queues.ts';
import type { DatabaseName } from '../services.ts';
import { type Connections, inEach } from './connections.ts';
import { quoted, tablesOf } from './tables.ts';

/** The tables that the migrations of a database insert into, such as the one of the built-in roles. */
const filledByMigrations = (root: string, name: DatabaseName): readonly string[] =>
  globSync(path.join(root, 'prisma', name, 'migrations/*/migration.sql')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^\s*INSERT INTO "?(\w+)"?/gim)].map(([, table = '']) => table),
  );

/** What a database holds, as a sentence; undefined when it is empty. */
const rowsIn = async (client: pg.Client, name: DatabaseName, root: string): Promise<string | undefined> => {
  const filled: string[] = [];
  // A database that was only migrated counts as empty.
  const migrated = ['_prisma_migrations', ...filledByMigrations(root, name)];
  for (const table of (await tablesOf(client)).filter((one) => !migrated.includes(one.name))) {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${quoted(table)}`);
    if (rows[0]?.count !== '0') filled.push(`${table.name} ${rows[0]?.count}`);
  }
  return filled.length === 0 ? undefined : `the database of ${name} has rows: ${filled.join(', ')}`;
};

// 3 s: the server still lists a connection that was closed a moment ago.
const waitMs = 3_000;
const pollMs = 100;

const sessions = `
  SELECT DISTINCT coalesce(nullif(application_name, ''), usename) AS who FROM pg_stat_activity
   WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL`;

/** A service that runs on while its data is replaced would mix what it has cached with what it reads. */
const requireNoSessions = async (client: pg.Client, name: DatabaseName): Promise<void> => {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const { rows } = await client.query<{ who: string }>(sessions);
    if (rows.length === 0) return;
    if (Date.now() > deadline)
      throw new Error(
        `the database of ${name} is in use (${rows.map(({ who }) => who).join(', ')}): stop the services first`,
      );
    await sleep(pollMs);
  }
};

/** Requires that nothing else uses the database, and keeps our other tools out of it for the rest of the session. */
const claimDatabase = async (client: pg.Client, name: DatabaseName): Promise<void> => {
  await requireNoSessions(client, name);
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [prismaLockKey]);
  if (!rows[0]?.held) throw new Error(`the database of ${name} is being migrated or copied: try again after that`);
};

export interface Replacement {
  /** Whether existing data may be lost. */
  readonly wipe: boolean;
  /** Where the migrations are. */
  readonly root: string;
  readonly report?: (sentence: string) => void;
}

/** Throws when something is connected, or when data would be lost and `wipe` is not set. */
export const preflight = async (
  connections: Connections,
  bus: Bus | undefined,
  { wipe, root, report = () => undefined }: Replacement,
): Promise<void> => {
  await inEach(connections, claimDatabase);
  const rows = Object.values(await inEach(connections, (client, name) => rowsIn(client, name, root))).filter(
    (sentence) => sentence !== undefined,
  );
  const messages = bus ? [...(await messagesIn(bus))].filter(([, count]) => count > 0) : [];
  const lost = [...rows, ...messages.map(([name, count]) => `the queue of ${name} has ${count} messages`)];
  if (lost.length === 0) return;
  const list = lost.map((sentence) => `  ${sentence}`).join('\n');
  if (!wipe) throw new Error(`data would be lost, and --wipe is not given:\n${list}`);
  report(`this data is lost:\n${list}`);
};
