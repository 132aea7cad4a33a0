/**
 * `npm run bench:audit`: the time of a full audit of a shop with N orders, rule by rule, and of an incremental round after it.
 * The orders are made by SQL on a PostgreSQL server of its own, which is deleted at the end.
 */
import path from 'node:path';
import { migrateAll } from '#launcher/postgres/databases.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { auditRound, type Round } from '#ops/audit/audit.ts';
import { type DatabaseName, databaseNames } from '#ops/services.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { terminationSignal } from '#platform/process/termination.ts';
import { after, before, ordersOf } from './many-orders.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:audit [-- options]
  --orders N   how many orders the shop has (100000); a million take some 15 GiB of temporary files
  --lost N     how many messages a service has lost, which the audit has to find (0)
  Prints its progress, and then the time of each rule. Ctrl-C ends it and deletes its databases.
  exit code: 0 done, 1 the audit found something other than what was lost, 130 interrupted`;

// 10,000 orders a transaction: some seconds, so that progress is visible and Ctrl-C takes effect.
const batch = 10_000;
// Roughly what a busy shop sells from one round to the next.
const soldInBetween = 1_000;
const settleMs = 60_000;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

interface Shop {
  readonly urls: DatabaseUrls;
  /** As superuser, who may write without triggers and foreign keys. */
  readonly loaders: Readonly<Record<DatabaseName, string>>;
  readonly begun: Date;
  readonly signal: AbortSignal;
}

const inOrder = async (url: string, sql: string, signal: AbortSignal): Promise<void> => {
  await withClient(url, async (client) => {
    const giveUp = () => void client.end();
    signal.addEventListener('abort', giveUp, { once: true });
    await client.query(`SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; ${sql}`);
    signal.removeEventListener('abort', giveUp);
  });
};

const sell = async ({ loaders, begun, signal }: Shop, from: number, to: number): Promise<void> => {
  await Promise.all(
    databaseNames.map(async (name) => {
      for (let first = from; first <= to; first += batch) {
        signal.throwIfAborted();
        const last = Math.min(first + batch - 1, to);
        await inOrder(loaders[name], ordersOf(name, first, last, begun), signal);
        if ((last + 1) % (10 * batch) === 0)
          console.log(`${name}: ${last + 1} orders (${seconds(Date.now() - begun.getTime())})`);
      }
      await inOrder(loaders[name], after(name), signal);
    }),
  );
};

/** As autovacuum leaves tables that have been idle for a while. */
const vacuum = ({ loaders, signal }: Shop): Promise<unknown> =>
  Promise.all(
    databaseNames.map((name) =>
      withClient(loaders[name], async (client) => {
        signal.throwIfAborted();
        await client.query('VACUUM (ANALYZE)');
      }),
    ),
  );

const lose = (shop: Shop, count: number): Promise<void> =>
  inOrder(
    shop.loaders.product,
    `DELETE FROM inbox_message WHERE id IN (SELECT id FROM inbox_message ORDER BY id LIMIT ${count})`,
    shop.signal,
  );

const sizeOf = async ({ loaders }: Shop): Promise<number> => {
  const sizes = await Promise.all(
    databaseNames.map((name) =>
      withClient(loaders[name], async (client) => {
        const { rows } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
        return Number(rows[0].bytes);
      }),
    ),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
};

type Since = Round['watermark'];

const measure = async (what: string, { urls, signal }: Shop, since?: Since) => {
  const timings: [string, number][] = [];
  const start = performance.now();
  const round = await auditRound(urls, { settleMs, signal, since, onTiming: (name, ms) => timings.push([name, ms]) });
  const broken = round.findings.filter(({ violations }) => violations.length > 0);
  const found = broken.map(({ rule, violations }) => `${rule} ${violations.length}`).join(', ') || 'none';
  console.log(`${what}: ${seconds(performance.now() - start)}; violations: ${found}`);
  for (const [name, ms] of timings.toSorted(([, a], [, b]) => b - a))
    console.log(`  ${seconds(ms).padStart(8)}  ${name}`);
  return { watermark: round.watermark, broken };
};

const bench = async (shop: Shop, orders: number, lost: number): Promise<void> => {
  for (const name of databaseNames) await inOrder(shop.loaders[name], before(name), shop.signal);
  await sell(shop, 0, orders - 1);
  await vacuum(shop);
  console.log(
    `${orders} orders made in ${seconds(Date.now() - shop.begun.getTime())}, ${((await sizeOf(shop)) / 2 ** 30).toFixed(1)} GiB`,
  );
  if (lost > 0) await lose(shop, lost);
  const full = await measure('full round', shop);
  await sell(shop, orders, orders + soldInBetween - 1);
  const next = await measure(`incremental round, ${soldInBetween} orders later`, shop, full.watermark);
  const expected = lost > 0 ? [`messages-are-processed ${lost}`] : [];
  const found = full.broken.map(({ rule, violations }) => `${rule} ${violations.length}`);
  if (found.join() !== expected.join() || next.broken.length > 0) process.exitCode = 1;
};

const run = async (signal: AbortSignal): Promise<void> => {
  const { orders, lost } = numberOptions(help, { orders: { value: 100_000 }, lost: { value: 0, least: 0 } });
  const cluster = await temporaryCluster();
  try {
    signal.throwIfAborted();
    const roles = databaseNames.map((name) => ({ name, password: 'bench' }));
    const urls = (await ensureDatabases(cluster, roles)) as DatabaseUrls;
    await migrateAll(path.resolve(import.meta.dirname, '..'), { urls, given: new Map() });
    const loaders = Object.fromEntries(
      databaseNames.map((name) => [name, otherDatabase(cluster.superuserUrl, name)]),
    ) as DatabaseUrls;
    await bench({ urls, loaders, begun: new Date(), signal }, orders, lost);
  } finally {
    await cluster.stop();
  }
};

const ending = terminationSignal('Ending, and deleting its databases');
await run(ending).catch((error: Error) => {
  console.error(`The benchmark failed: ${error.message || error}`);
  process.exitCode = ending.aborted ? 130 : 2;
});
