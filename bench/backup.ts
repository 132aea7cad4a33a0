/**
 * `npm run bench:backup`: the time of a backup and a restore of a shop with N orders, the size of the backup, and how long it
 * paused the processing of messages while customers were buying. On a system of its own; ends with the audit.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAgora } from '#launcher/agora.ts';
import { openDataFolder } from '#launcher/restore.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { makeBackup } from '#ops/backup/make-backup.ts';
import type { Manifest } from '#ops/backup/manifest.ts';
import { restoreBackup } from '#ops/backup/restore-backup.ts';
import { beforeExit } from '#platform/process/termination.ts';
import { seed } from '#subgraphs/product/wiring.ts';
import { plentifulCatalogue, variantIdsOf } from './capacity/catalogue.ts';
import { buy, openAccounts } from './capacity/load.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:backup [-- --orders N]
  --orders N   how many the shop has at the backup (500)`;

// 8 customers at a time, on few products: enough that some checkout is always on its way.
const atOnce = 8;
const catalogue = plentifulCatalogue(50);
const withinMs = 60_000;

const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const begun = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(2)} s`);
  return result;
};

/** Sells, then makes a backup while selling more. */
const copyWhileSelling = async (shop: TemporaryShop, orders: number, folder: string): Promise<Manifest> => {
  await seed(shop.databaseUrls.product, catalogue);
  await auditAtRest(shop.databaseUrls, withinMs);
  const signal = new AbortController().signal;
  const shoppers = await openAccounts(shop.gateway, atOnce, signal);
  const options = { gateway: shop.gateway, atOnce, signal, onDone: () => undefined };
  const sell = buy(shoppers, variantIdsOf(catalogue), 1);
  await sell({ ...options, count: orders });
  const meanwhile = sell({ ...options, count: 5 * atOnce });
  const backup = await timed('backup', () =>
    makeBackup({ urls: shop.databaseUrls, folder, release: 'bench', report: console.log }),
  );
  await meanwhile;
  return backup;
};

const bench = async (orders: number, scratch: string): Promise<void> => {
  const folder = path.join(scratch, 'backup');
  const shop = await openTemporaryShop({ env: { ...process.env, LOG_LEVEL: 'warn', RATE_LIMITS: 'off' } });
  console.log(`a shop with ${orders} orders, events over ${shop.events}`);
  const { databases } = await copyWhileSelling(shop, orders, folder).finally(() => shop.stop());
  const bytes = Object.values(databases).flatMap(({ tables }) => tables.map((table) => table.bytes));
  console.log(`size: ${(bytes.reduce((sum, one) => sum + one, 0) / 1e6).toFixed(2)} MB`);

  const dataDir = path.join(scratch, 'data');
  const target = await openDataFolder(dataDir, process.env);
  const root = path.resolve(import.meta.dirname, '..');
  const leaveTarget = beforeExit(target.close);
  await timed('restore', () => restoreBackup({ folder, ...target, root, wipe: false })).finally(target.close);
  leaveTarget();
  const restored = await startAgora({ dataDir, ports: 'free', env: { ...process.env, LOG_LEVEL: 'warn' } });
  const leaveRestored = beforeExit(() => restored.stop({ atOnce: true }));
  const findings = await auditAtRest(restored.databaseUrls, withinMs).finally(() => restored.stop());
  leaveRestored();
  console.log(
    `audit: ${findings.length} rules, ${findings.filter(({ violations }) => violations.length > 0).length} violated`,
  );
};

const { orders } = numberOptions(help, { orders: { value: 500 } });
const scratch = await mkdtemp(path.join(tmpdir(), 'agora-bench-backup-'));
const remove = () => rm(scratch, { recursive: true, force: true });
const forget = beforeExit(remove);
await bench(orders, scratch).finally(remove).finally(forget);
