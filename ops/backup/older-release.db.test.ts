/** A backup of before an upgrade, restored after it: the tables are those of then, and the next start brings them up to date. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyMigrations, pendingMigrations } from '#platform/database/migrations.ts';
import { databaseNames } from '../services.ts';
import { disposeDatabases, migratedDatabases, newDatabases, run } from '../shop-databases.fixture.ts';
import { makeBackup } from './make-backup.ts';
import { restoreBackup } from './restore-backup.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'agora-older-'));
});
afterEach(async () => {
  await disposeDatabases();
  await rm(scratch, { recursive: true });
});

const migrationsOf = (name: string): string => path.resolve('prisma', name, 'migrations');

/** The first migration of each database, as the first release had it. */
const firstRelease = async (): Promise<void> => {
  for (const name of databaseNames) {
    const [first = ''] = (await readdir(migrationsOf(name))).sort();
    await cp(path.join(migrationsOf(name), first), path.join(scratch, name, first), { recursive: true });
  }
};

it('a database that was migrated further, but is empty, gets the tables of the backup', async () => {
  await firstRelease();
  const old = await newDatabases();
  for (const name of databaseNames) await applyMigrations(old[name], path.join(scratch, name));
  await run(old.order, `INSERT INTO cart (id, created_at, updated_at) VALUES ('crt_1', now(), now())`);
  const folder = path.join(scratch, 'backup');
  await makeBackup({ urls: old, folder, release: 'first' });

  const target = await migratedDatabases();
  const { newer } = await restoreBackup({ folder, urls: target, queues: undefined, root: '.', wipe: false });

  const waiting = await pendingMigrations(target.order, migrationsOf('order'));
  expect(waiting.length).toBeGreaterThan(0);
  expect(newer).toEqual(expect.arrayContaining(waiting.map((migration) => `order/${migration}`)));
  expect(await applyMigrations(target.order, migrationsOf('order'))).toEqual({ applied: waiting });
  expect(await run(target.order, 'SELECT id FROM cart')).toEqual([{ id: 'crt_1' }]);
});
