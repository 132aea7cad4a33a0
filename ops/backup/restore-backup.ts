/** The story of a restore: nothing is touched before all is checked, and nothing is changed before all has arrived. */
import type pg from 'pg';
import type { EventsConfig } from '#platform/config/config.ts';
import { prismaLockKey } from '#platform/database/migrations.ts';
import type { Bus } from '#platform/messaging/bus/bus.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import { insistOnBeingAlone, whatIsIn } from './census.ts';
import { checkFiles } from './check-files.ts';
import { type Connections, inEach, withConnections } from './connections.ts';
import { load } from './load.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { emptyQueues, messagesIn, withBus } from './queues.ts';
import { type Migrations, makeSchema, migrationsOf } from './schema-at-the-cut.ts';
import { sendAgain } from './send-again.ts';

export interface RestoreOptions {
  /** The folder of the backup. */
  readonly folder: string;
  readonly urls: DatabaseUrls;
  /** Undefined: nobody said where the queues are, and they stay as they are. */
  readonly queues: EventsConfig | undefined;
  /** Of the checkout whose migrations are used. */
  readonly root: string;
  /** Whether what is there may be lost. */
  readonly wipe: boolean;
  readonly say?: (sentence: string) => void;
  readonly signal?: AbortSignal;
}

export interface Restored {
  readonly manifest: Manifest;
  /** How many messages the relays will publish again, by sender. */
  readonly sentAgain: Readonly<Record<DatabaseName, number>>;
  /** Migrations that wait for the next start. */
  readonly newer: readonly string[];
}

/**
 * Puts the four databases where they were at the cut of a backup. When it throws, each is as it was before: all is loaded into
 * one open transaction per database, and those are committed at the end.
 */
export const restoreBackup = async (options: RestoreOptions): Promise<Restored> => {
  const { folder, urls, queues, root, say = () => undefined, signal } = options;
  const manifest = await readManifest(folder);
  const migrations = new Map<DatabaseName, Migrations>();
  for (const name of databaseNames) migrations.set(name, await migrationsOf(root, name, manifest.databases[name]));
  await checkFiles(folder, manifest, signal);
  say('the backup is whole');
  const restore = (bus?: Bus) =>
    withConnections(urls, signal, async (connections) => {
      await inEach(connections, keepOthersOut);
      await insistOnNothingToLose(connections, bus, options);
      await inEach(connections, async (client, name) => {
        await client.query(begin);
        await makeSchema(client, migrations.get(name) ?? { applied: [], newer: [] });
        await load(client, { folder, name, saved: manifest.databases[name], ...(signal && { signal }) });
        say(`${name}: loaded`);
      });
      const sentAgain = await sendAgain(connections);
      // Before the commits: should one fail, the old databases can publish again what their queues have lost.
      if (bus) await emptyQueues(bus);
      await commitAll(connections);
      return sentAgain;
    });
  const sentAgain = queues ? await withBus(queues, restore) : await restore();
  const newer = databaseNames.flatMap((name) => (migrations.get(name)?.newer ?? []).map((one) => `${name}/${one}`));
  return { manifest, sentAgain, newer };
};

/** Nothing is left to go wrong but a connection that breaks; four databases have no common commit. */
const commitAll = async (connections: Connections): Promise<void> => {
  const done: DatabaseName[] = [];
  for (const name of databaseNames) {
    try {
      await connections[name].query('COMMIT');
    } catch (cause) {
      if (done.length === 0) throw cause;
      throw new Error(`only ${done.join(', ')} is restored, ${name} is not: repeat it with --wipe`, { cause });
    }
    done.push(name);
  }
};

// 5 s for the lock on a table that is to go: nobody else was connected, so somebody has just come.
const begin = `
  BEGIN;
  SET LOCAL lock_timeout = 5000;
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0`;

/** For the rest of the session no other tool of ours migrates, copies or restores this database. */
const keepOthersOut = async (client: pg.Client, name: DatabaseName): Promise<void> => {
  await insistOnBeingAlone(client, name);
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [prismaLockKey]);
  if (!rows[0]?.held) throw new Error(`the database of ${name} is being migrated or copied: try again after that`);
};

const insistOnNothingToLose = async (
  connections: Connections,
  bus: Bus | undefined,
  { wipe, say = () => undefined }: RestoreOptions,
): Promise<void> => {
  const rows = Object.values(await inEach(connections, whatIsIn)).filter((sentence) => sentence !== undefined);
  const messages = bus ? [...(await messagesIn(bus))].filter(([, count]) => count > 0) : [];
  const lost = [...rows, ...messages.map(([name, count]) => `the queue of ${name} has ${count} messages`)];
  if (lost.length === 0) return;
  const list = lost.map((sentence) => `  ${sentence}`).join('\n');
  if (!wipe) throw new Error(`there is something to lose, and --wipe is not given:\n${list}`);
  say(`this is lost now:\n${list}`);
};
