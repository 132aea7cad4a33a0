import { randomUUID } from 'node:crypto';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aMessage } from '#kit/messaging/messages.ts';
import { eventsDatabase } from '#kit/postgres/postgres.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations, pendingMigrations } from '#platform/database/migrations.ts';
import { migrateBus } from '#platform/messaging/bus/create-bus.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { audit } from '../audit/audit.ts';
import { messagesIn, withBus } from '../queues.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import {
  disposeDatabases,
  healthyShop,
  migratedDatabases,
  newDatabases,
  processed,
  run,
  sent,
} from '../shop-databases.fixture.ts';
import { makeBackup } from './make-backup.ts';
import { type Manifest, readManifest, writeManifest } from './manifest.ts';
import { type RestoreOptions, restoreBackup } from './restore-backup.ts';
import { nameOf, quoted, tablesOf } from './tables.ts';

let shop: DatabaseUrls;
let scratch: string;
let backup: string;
/** Without a table. */
let target: DatabaseUrls;

beforeAll(async () => {
  shop = await healthyShop();
  scratch = await mkdtemp(path.join(tmpdir(), 'agora-restore-'));
  backup = await backupOf(shop);
});
afterAll(async () => {
  await disposeDatabases();
  await rm(scratch, { recursive: true });
});

const backupOf = async (urls: DatabaseUrls): Promise<string> => {
  const folder = path.join(scratch, randomUUID());
  await makeBackup({ urls, folder, release: 'test' });
  return folder;
};

const restore = (options: Partial<RestoreOptions> = {}) =>
  restoreBackup({ folder: backup, urls: target, queues: undefined, root: '.', wipe: false, ...options });

/** A fingerprint of every table. */
const contentsOf = async (urls: DatabaseUrls): Promise<Record<string, unknown>> => {
  const found: Record<string, unknown> = {};
  for (const name of databaseNames)
    await withClient(urls[name], async (client) => {
      for (const table of await tablesOf(client)) {
        const rows = `SELECT count(*), md5(string_agg(r::text, '' ORDER BY r::text)) FROM ${quoted(table)} r`;
        found[`${name}/${nameOf(table)}`] = (await client.query(rows)).rows[0];
      }
    });
  return found;
};

const tablesIn = async (urls: DatabaseUrls): Promise<string[]> => Object.keys(await contentsOf(urls));

/** A copy of the backup with some damage. */
const damaged = async (damage: (folder: string) => Promise<unknown>): Promise<string> => {
  const folder = path.join(scratch, randomUUID());
  await cp(backup, folder, { recursive: true });
  await damage(folder);
  return folder;
};

describe('a restore', () => {
  beforeEach(async () => {
    target = await newDatabases();
  });

  it('brings back every row of every table, and the audit is clean', async () => {
    await restore();
    expect(await contentsOf(target)).toEqual(await contentsOf(shop));
    // What the provider remembers is where it was: no backup holds it.
    const findings = await audit({ ...target, simulator: shop.simulator ?? '' }, 0);
    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it('continues sequences where they were, with constraints and triggers in force', async () => {
    await restore();
    await run(target.order, sent('msg_next'));
    expect(await run(target.order, 'SELECT position FROM outbox_message ORDER BY position')).toEqual([
      { position: '1' },
      { position: '2' },
      { position: '3' },
    ]);
    await expect(run(target.payment, 'DELETE FROM ledger_entry')).rejects.toThrow('append-only');
    await expect(run(target.order, 'DELETE FROM customer_order')).rejects.toThrow('foreign key');
  });

  it('republishes exactly what some receiver had not processed', async () => {
    const busy = await healthyShop();
    await run(busy.order, sent('msg_lost'));
    await run(busy.order, sent('msg_had', 'order.cancelled'));
    await run(busy.user, processed('msg_had', 'order.cancelled'));
    await run(busy.order, sent('msg_of_nobody', 'not.known'));
    await run(
      busy.order,
      `${sent('msg_waiting', 'stock.reserve', 'NULL')}; UPDATE outbox_message SET leased_until = now()`,
    );
    const { republished } = await restore({ folder: await backupOf(busy) });
    expect(republished).toEqual({ user: 0, product: 0, order: 1, payment: 0 });
    const waiting = await run(target.order, 'SELECT id FROM outbox_message WHERE published_at IS NULL ORDER BY id');
    expect(waiting).toEqual([{ id: 'msg_lost' }, { id: 'msg_waiting' }]);
    expect(await run(target.order, 'SELECT FROM outbox_message WHERE leased_until IS NOT NULL')).toEqual([]);
  });

  it('refuses databases that have rows and names them; --wipe replaces them, any number of times', async () => {
    await restore();
    await run(target.order, sent('msg_after_the_point', 'order.cancelled'));
    const before = await contentsOf(target);
    await expect(restore()).rejects.toThrow(/data would be lost.*order has rows: .*outbox_message 3/s);
    expect(await contentsOf(target)).toEqual(before);

    const said: string[] = [];
    await restore({ wipe: true, report: (line) => said.push(line) });
    expect(said.join('\n')).toMatch(/this data is lost:.*outbox_message 3/s);
    expect(await contentsOf(target)).toEqual(await contentsOf(shop));
  });

  it('refuses queues that hold messages; --wipe empties them', async () => {
    const events = await eventsDatabase();
    await migrateBus(events.url);
    const queues = { EVENTS_DATABASE_URL: events.url };
    const messages = () => withBus(queues, async (bus) => Object.fromEntries(await messagesIn(bus)));
    await withBus(queues, (bus) => bus.publish([{ queue: 'payment', message: aMessage() }]));

    await expect(restore({ queues })).rejects.toThrow(/data would be lost.*the queue of payment has 1 messages/s);
    expect(await messages()).toMatchObject({ payment: 1 });
    await restore({ queues, wipe: true });
    expect(await messages()).toEqual({ user: 0, product: 0, order: 0, payment: 0 });
    await events.dispose();
  });

  it('refuses a backup of another format, by name', async () => {
    const folder = await damaged(async (copy) => {
      const manifest = await readManifest(copy);
      await rm(path.join(copy, 'manifest.json'));
      await writeManifest(copy, { ...manifest, format: 1 as never });
    });
    await expect(restore({ folder })).rejects.toThrow('has format 1, which this release does not know');
    expect(await tablesIn(target)).toEqual([]);
  });

  it('refuses a database that a service is connected to', async () => {
    await withClient(target.user, () => expect(restore()).rejects.toThrow(/the database of user is in use/));
    expect(await tablesIn(target)).toEqual([]);
  });

  it('changes nothing anywhere when one database cannot be loaded', async () => {
    const folder = await damaged((copy) =>
      rewriteManifest(copy, ({ databases }) => {
        const ledger = databases.payment?.tables.find(({ name }) => name === 'ledger_entry');
        Object.assign(ledger ?? {}, { rows: 7 });
      }),
    );
    await restore();
    await run(target.user, processed('msg_kept'));
    const before = await contentsOf(target);
    await expect(restore({ folder, wipe: true })).rejects.toThrow(/ledger_entry has 2 rows, and the backup says 7/);
    expect(await contentsOf(target)).toEqual(before);
  });
});

describe('a damaged backup', () => {
  beforeAll(async () => {
    target = await newDatabases();
  });
  const table = 'order/public.customer_order.copy.gz';
  const damages: Record<string, [damage: (folder: string) => Promise<unknown>, complaint: RegExp]> = {
    'a file with a byte more': [
      (folder) => appendFile(path.join(folder, table), 'x'),
      /customer_order.*sha256 differs/,
    ],
    'a file that is gone': [(folder) => rm(path.join(folder, table)), /customer_order.*is missing/],
    'a manifest that was edited': [
      async (folder) => {
        const file = path.join(folder, 'manifest.json');
        await writeFile(file, (await readFile(file, 'utf8')).replace('"rows": 1', '"rows": 2'));
      },
      /manifest.json.*sha256 differs/,
    ],
    'no manifest, as after an interruption': [
      (folder) => rm(path.join(folder, 'manifest.json')),
      /holds no complete backup/,
    ],
    'a migration that this release lacks': [(folder) => ofNewerRelease(folder, 'order'), /this release lacks it/],
  };

  it.each(Object.entries(damages))('is refused before anything is touched: %s', async (_, [damage, complaint]) => {
    const folder = await damaged(damage);
    await expect(restore({ folder, wipe: true })).rejects.toThrow(complaint);
    expect(await tablesIn(target)).toEqual([]);
  });
});

const ofNewerRelease = async (folder: string, name: DatabaseName): Promise<void> => {
  await rewriteManifest(folder, ({ databases }) => {
    databases[name]?.migrations.push({ name: '29990101000000_more', checksum: 'c' });
  });
};

const rewriteManifest = async (folder: string, edit: (manifest: Manifest) => void): Promise<void> => {
  const manifest = await readManifest(folder);
  edit(manifest);
  await rm(path.join(folder, 'manifest.json'));
  await writeManifest(folder, manifest);
};

describe('a backup made before an upgrade', () => {
  const migrationsOf = (name: string): string => path.resolve('prisma', name, 'migrations');

  /** The first migration of each database, as the first release had it. */
  const firstRelease = async (): Promise<void> => {
    for (const name of databaseNames) {
      const [first = ''] = (await readdir(migrationsOf(name))).sort();
      await cp(path.join(migrationsOf(name), first), path.join(scratch, 'first', name, first), { recursive: true });
    }
  };

  it('brings back its tables, in a database that was migrated further, and the next start upgrades them', async () => {
    await firstRelease();
    const old = await newDatabases();
    for (const name of databaseNames) await applyMigrations(old[name], path.join(scratch, 'first', name));
    await run(old.order, `INSERT INTO cart (id, created_at, updated_at) VALUES ('crt_1', now(), now())`);
    const folder = await backupOf(old);

    const upgraded = await migratedDatabases();
    const { newer } = await restoreBackup({ folder, urls: upgraded, queues: undefined, root: '.', wipe: false });

    const waiting = await pendingMigrations(upgraded.order, migrationsOf('order'));
    expect(waiting.length).toBeGreaterThan(0);
    expect(newer).toEqual(expect.arrayContaining(waiting.map((migration) => `order/${migration}`)));
    expect(await applyMigrations(upgraded.order, migrationsOf('order'))).toEqual({ applied: waiting });
    expect(await run(upgraded.order, 'SELECT id FROM cart')).toEqual([{ id: 'crt_1' }]);
  });

  it('leaves the database of a service that was added since migrated and empty', async () => {
    target = await newDatabases();
    const folder = await damaged(async (copy) => {
      await rewriteManifest(copy, ({ databases }) => delete databases.payment);
      await rm(path.join(copy, 'payment'), { recursive: true });
    });
    await restore({ folder });
    expect(await pendingMigrations(target.payment, migrationsOf('payment'))).toEqual([]);
    expect(await run(target.payment, 'SELECT FROM payment')).toEqual([]);
    expect(await run(target.order, 'SELECT FROM customer_order')).toHaveLength(1);
  });
});
