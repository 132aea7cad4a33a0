/** A restore: nothing is touched before everything is checked, and nothing is changed before everything is loaded. */
import path from 'node:path';
import type pg from 'pg';
import type { EventsConfig } from '#platform/config/config.ts';
import type { Bus } from '#platform/messaging/bus/bus.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { unprocessedMessages } from '../audit/unprocessed-messages.ts';
import { emptyQueues, withBus } from '../queues.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import { type Connections, inEach, queriesOf, withConnections } from './connections.ts';
import { checkFiles, fileOf, type Manifest, readManifest, type SavedDatabase } from './manifest.ts';
import { preflight, type Replacement } from './preflight.ts';
import { type Migrations, makeSchema, migrationsOf, recordMigrations } from './schema.ts';
import { copyIn, nameOf, quoted, tablesOf } from './tables.ts';

export interface RestoreOptions extends Replacement {
  /** The folder of the backup. */
  readonly folder: string;
  readonly urls: DatabaseUrls;
  /** Undefined when unknown; the queues stay as they are then. */
  readonly queues: EventsConfig | undefined;
  /** The checkout whose migrations are used. */
  readonly root: string;
  readonly signal?: AbortSignal;
}

export interface Restored {
  readonly manifest: Manifest;
  /** How many messages the relays will publish again, by sender. */
  readonly republished: Readonly<Record<DatabaseName, number>>;
  /** Migrations that the next start will apply. */
  readonly newer: readonly string[];
}

/**
 * Restores all databases to the snapshot of a backup. When it throws, each is as before: everything is loaded in one open
 * transaction per database, and those are committed at the end.
 */
export const restoreBackup = async (options: RestoreOptions): Promise<Restored> => {
  const { folder, urls, queues, root, report = () => undefined, signal } = options;
  const manifest = await readManifest(folder);
  const migrations = new Map<DatabaseName, Migrations>();
  for (const name of databaseNames) migrations.set(name, await migrationsOf(root, name, manifest.databases[name]));
  await checkFiles(folder, manifest, signal);
  report('the backup is intact');
  const restore = (bus?: Bus) =>
    withConnections(urls, signal, async (connections) => {
      await preflight(connections, bus, options);
      await inEach(connections, async (client, name) => {
        await client.query(begin);
        await makeSchema(client, migrations.get(name) ?? { applied: [], newer: [] });
        const saved = manifest.databases[name];
        if (saved) await load(client, { folder, name, saved, ...(signal && { signal }) });
        else await recordMigrations(client, migrations.get(name)?.applied ?? []);
        report(saved ? `${name}: loaded` : `${name}: not in the backup, so migrated and left empty`);
      });
      const republished = await republishUnprocessed(connections);
      // Before the commits: if one fails, the old databases can republish what their queues have lost.
      if (bus) await emptyQueues(bus);
      await commitAll(connections);
      return republished;
    });
  const republished = queues ? await withBus(queues, restore) : await restore();
  const newer = databaseNames.flatMap((name) => (migrations.get(name)?.newer ?? []).map((one) => `${name}/${one}`));
  return { manifest, republished, newer };
};

/** Only a broken connection can still fail; several databases have no common commit. */
const commitAll = async (connections: Connections): Promise<void> => {
  const done: DatabaseName[] = [];
  for (const name of databaseNames) {
    try {
      await connections[name].query('COMMIT');
    } catch (cause) {
      if (done.length === 0) throw cause;
      throw new Error(`only ${done.join(', ')} is restored, ${name} is not: repeat with --wipe`, { cause });
    }
    done.push(name);
  }
};

// 5 s for the lock on a table that is dropped: nothing was connected, so something has just connected.
const begin = `
  BEGIN;
  SET LOCAL lock_timeout = 5000;
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0`;

/**
 * CHECKs and foreign keys stay on, which is why the order of the tables matters; triggers are off, as they would act a second
 * time on what has already happened. Throws when tables or numbers of rows are not the backup's.
 */
const load = async (
  client: pg.Client,
  { folder, name, saved, signal }: { folder: string; name: DatabaseName; saved: SavedDatabase; signal?: AbortSignal },
): Promise<void> => {
  const made = (await tablesOf(client)).map(nameOf).sort();
  const expected = saved.tables.map(nameOf).sort();
  if (made.join() !== expected.join())
    throw new Error(`the migrations of ${name} make ${made.join(', ')}; the backup has ${expected.join(', ')}`);
  for (const table of saved.tables) await client.query(`ALTER TABLE ${quoted(table)} DISABLE TRIGGER USER`);
  // What migrations insert, such as the built-in roles, is in the backup as it was then.
  for (const table of saved.tables.toReversed()) await client.query(`DELETE FROM ${quoted(table)}`);
  for (const table of saved.tables) {
    await copyIn(client, table, path.join(folder, fileOf(name, table)), signal);
    await client.query(`ALTER TABLE ${quoted(table)} ENABLE TRIGGER USER`);
  }
  for (const { schema, name: sequence, last } of saved.sequences)
    if (last !== null)
      await client.query('SELECT setval($1::regclass, $2::bigint)', [quoted({ schema, name: sequence }), last]);
  // Until autovacuum has run, the planner would take the tables for empty.
  await client.query('ANALYZE');
};

// Later than any message was published.
const endOfTime = new Date('9999-12-31T00:00:00Z');

/**
 * Marks as unpublished exactly the messages that some receiver has not processed at the snapshot, because the queue that held
 * them is gone; relays publish them again, and inboxes discard duplicates. Returns how many, by sender.
 */
const republishUnprocessed = async (connections: Connections): Promise<Record<DatabaseName, number>> => {
  const counts = Object.fromEntries(databaseNames.map((name) => [name, 0])) as Record<DatabaseName, number>;
  for await (const page of unprocessedMessages(queriesOf(connections), endOfTime)) {
    const [first] = page;
    if (!first) continue;
    const ids = [...new Set(page.map(({ id }) => id))];
    await connections[first.from].query('UPDATE outbox_message SET published_at = NULL WHERE id = ANY ($1)', [ids]);
    counts[first.from] += ids.length;
  }
  // The relays that held these leases are gone.
  for (const name of databaseNames)
    await connections[name].query('UPDATE outbox_message SET leased_until = NULL WHERE leased_until IS NOT NULL');
  return counts;
};
