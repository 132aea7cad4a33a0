/** The shops that are measured: each made when it is needed, on a server that is thrown away, or in a folder that keeps them. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Cluster, openCluster } from '#launcher/postgres/cluster.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { throwawaySettings } from '#launcher/postgres/settings.ts';
import { temporaryCluster } from '#launcher/postgres/temporary.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import { beforeExit } from '#platform/process/termination.ts';
import { variantsPerProduct } from './goods.ts';
import { loadCatalogue } from './load.ts';

export interface Shop {
  readonly databaseUrl: string;
  /** Of the server. */
  readonly pid: number;
  readonly databaseMiB: number;
  /** 0 when it was there. */
  readonly loadSeconds: number;
  close(): Promise<void>;
}

export interface ShopOptions {
  readonly products: number;
  /** Where it is kept; in none it is thrown away. */
  readonly folder: string | undefined;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

// Of a server that holds nothing but what is generated, and that only this machine reaches.
const password = 'bench';
const migrations = path.resolve(import.meta.dirname, '../../prisma/product/migrations');

const keptCluster = async (folder: string): Promise<Cluster> => {
  await mkdir(folder, { recursive: true });
  const cluster = await openCluster({ folder, password, settings: throwawaySettings });
  const forget = beforeExit(cluster.stop);
  return { ...cluster, stop: () => cluster.stop().finally(forget) };
};

const secondsSince = (begun: number): number => Math.round((performance.now() - begun) / 1_000);

// A line every 5 s: enough to see progress, few enough for a log.
const reportEveryMs = 5_000;

const progress = (products: number, note: ShopOptions['note']) => {
  const begun = performance.now();
  let reported = begun;
  return (done: number): void => {
    if (performance.now() - reported < reportEveryMs && done < products) return;
    reported = performance.now();
    note(`  ${done} of ${products} products (${secondsSince(begun)} s)`);
  };
};

/** A database is complete when it says so: what was interrupted half-way is dropped. */
const isComplete = 'a complete shop';

const dropUnfinished = (cluster: Cluster, name: string): Promise<boolean> =>
  withClient(cluster.superuserUrl, async (client) => {
    const { rows } = await client.query<{ comment: string | null }>(
      `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1`,
      [name],
    );
    if (rows[0]?.comment === isComplete) return true;
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    return false;
  });

export const openShop = async ({ products, folder, note, signal }: ShopOptions): Promise<Shop> => {
  const cluster = await (folder === undefined ? temporaryCluster() : keptCluster(folder));
  try {
    signal.throwIfAborted();
    const { pid } = cluster;
    if (pid === undefined) throw new Error('PostgreSQL is gone');
    const name = `product_${products}`;
    const isThere = await dropUnfinished(cluster, name);
    const { [name]: databaseUrl = '' } = await ensureDatabases(cluster, [{ name, password }]);
    // Those that are new since it was made, too.
    await applyMigrations(databaseUrl, migrations, { signal });
    const begun = performance.now();
    if (!isThere) await loadCatalogue({ databaseUrl, products, progress: progress(products, note), signal });
    const loadSeconds = isThere ? 0 : secondsSince(begun);
    const databaseMiB = await withClient(databaseUrl, async (client) => {
      await client.query(`COMMENT ON DATABASE ${name} IS '${isComplete}'`);
      const { rows } = await client.query('SELECT pg_database_size(current_database()) / 1048576 AS mib');
      return Number(rows[0].mib);
    });
    note(
      `  ${products * variantsPerProduct} variants ${isThere ? 'kept' : `made and indexed in ${loadSeconds} s`}, ${databaseMiB} MiB`,
    );
    return { databaseUrl, pid, databaseMiB, loadSeconds, close: cluster.stop };
  } catch (fault) {
    await cluster.stop();
    throw fault;
  }
};
