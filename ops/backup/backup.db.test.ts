import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '#platform/database/client.ts';
import { prismaLockKey } from '#platform/database/migrations.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { databaseNames } from '../services.ts';
import { disposeDatabases, healthyShop, processed, run, sent } from '../shop-databases.fixture.ts';
import { makeBackup } from './make-backup.ts';
import { readManifest } from './manifest.ts';

let urls: DatabaseUrls;
let scratch: string;
let folder: string;

beforeAll(async () => {
  urls = await healthyShop();
});
afterAll(disposeDatabases);
beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'agora-backup-'));
  folder = path.join(scratch, 'of-today');
});
afterEach(() => rm(scratch, { recursive: true }));

const backup = (options: Partial<Parameters<typeof makeBackup>[0]> = {}) =>
  makeBackup({ urls, folder, release: '1.2.3', ...options });

const filesOf = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

describe('a backup', () => {
  it('describes itself: release, migrations, newest messages, what each table holds', async () => {
    // Ten in all, so that the last position is the greatest as a number and not as a text.
    for (let more = 3; more <= 10; more++) await run(urls.order, sent(`msg_${more}`, 'not.known'));
    await backup();
    const { release, orphanEffects, databases } = await readManifest(folder);
    // The payment simulator plays an outside system: nobody backs up what is at a provider.
    expect(Object.keys(databases).toSorted()).toEqual(databaseNames.toSorted());
    expect({ release, orphanEffects }).toEqual({ release: '1.2.3', orphanEffects: 0 });
    expect(databases.order?.lastMessage).toEqual({ position: '10', id: 'msg_10' });
    expect(databases.order?.migrations.map(({ name }) => name)).toContain('20261122000000_init');
    expect(databases.order?.sequences).toEqual([{ schema: 'public', name: 'outbox_message_position_seq', last: '10' }]);
    const rows = databases.payment?.tables.map(({ schema, name, rows }) => [`${schema}.${name}`, rows]) ?? [];
    expect(Object.fromEntries(rows)).toMatchObject({
      'public.payment': 1,
      'public.ledger_entry': 2,
      'public.idempotency_key': 0,
    });
  });

  it('is readable by its owner only', async () => {
    await backup();
    const files = await filesOf(folder);
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const one of [folder, path.join(folder, 'user')]) expect((await stat(one)).mode & 0o777).toBe(0o700);
  });

  it('refuses a folder that is not empty, and leaves it alone', async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'manifest.json'), 'of yesterday');
    await expect(backup()).rejects.toThrow('is not empty');
    expect(await readdir(folder)).toEqual(['manifest.json']);
  });

  it.each([
    ['a new folder', async () => undefined, false],
    ['an empty folder', () => mkdir(folder), true],
  ])('that is interrupted leaves nothing behind, in %s', async (_, prepare, remains) => {
    await prepare();
    const interruption = new AbortController();
    const report = () => interruption.abort(new Error('interrupted'));
    await expect(backup({ report, signal: interruption.signal })).rejects.toThrow('interrupted');
    expect(existsSync(folder)).toBe(remains);
    if (remains) expect(await readdir(folder)).toEqual([]);
    for (const name of databaseNames)
      await expect
        .poll(() => run(urls[name], `SELECT FROM pg_stat_activity WHERE application_name = 'agora-backup'`))
        .toEqual([]);
  });

  it('blocks migrations until it ends, and does not begin during one', async () => {
    const held: unknown[] = [];
    const report = () => void held.push(run(urls.order, `SELECT pg_try_advisory_lock(${prismaLockKey}) AS held`));
    await backup({ report });
    expect((await Promise.all(held))[0]).toEqual([{ held: false }]);

    folder = path.join(scratch, 'another');
    await withClient(urls.order, async (client) => {
      await client.query(`SELECT pg_advisory_lock(${prismaLockKey})`);
      await expect(backup()).rejects.toThrow('order is being migrated');
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('is kept, with a report, when a message was processed that no service has sent', async () => {
    await run(urls.user, processed('msg_from_nowhere'));
    const said: string[] = [];
    expect((await backup({ report: (line) => said.push(line) })).orphanEffects).toBe(1);
    expect(said.join('\n')).toContain('user has processed order.placed msg_from_nowhere, which no service has sent');
    expect((await readManifest(folder)).orphanEffects).toBe(1);
  });
});
