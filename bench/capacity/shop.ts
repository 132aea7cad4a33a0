/** A temporary shop with every meter fitted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRedisInstalled } from '#launcher/events.ts';
import type { OwnPostgres } from '#launcher/postgres/own-postgres.ts';
import { waitForExit } from '#launcher/processes/processes.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import { auditAtRest } from '#ops/audit/audit.ts';
import { serviceNames, subgraphNames } from '#ops/services.ts';
import { seed } from '#subgraphs/product/wiring.ts';
import { plentifulCatalogue } from './catalogue.ts';
import { countStatements, openDatabaseMeters } from './database-meters.ts';
import { openMessagingMeters } from './messaging-meters.ts';
import type { Instruments } from './phase.ts';
import { watchProcesses } from './process-meters.ts';

export interface MeasuredShop extends TemporaryShop {
  readonly instruments: Instruments;
  readonly ownPostgres: OwnPostgres;
  /** Takes the meters off and stops the shop. */
  readonly close: () => Promise<void>;
}

// 30 s for the server to stop, start again and for all five processes to find it.
const backWithinMs = 30_000;
// 60 s for the copies of the catalogue.
const catalogueWithinMs = 60_000;

export const openMeasuredShop = async (
  variants: number,
  events: 'redis' | 'postgres' | undefined,
  signal: AbortSignal,
): Promise<MeasuredShop> => {
  const env = { ...process.env, LOG_LEVEL: 'warn', RATE_LIMITS: 'off' };
  const transport = events ?? (isRedisInstalled() ? 'redis' : 'postgres');
  const shop = await openTemporaryShop({ events: transport, signal, env });
  try {
    const { postgres } = shop;
    if (!postgres) throw new Error('unset *_DATABASE_URL: only a PostgreSQL of its own can be looked into');
    await countStatements(postgres.superuserUrl, () => restart(shop, postgres, signal));
    await seed(shop.databaseUrls.product, plentifulCatalogue(variants));
    await auditAtRest(shop.databaseUrls, catalogueWithinMs);
    const instruments = await fitInstruments(shop, postgres);
    const close = async () => {
      instruments.processes.stop();
      await Promise.all([instruments.databases.close(), instruments.messaging.close()]);
      await shop.stop();
    };
    return { ...shop, ownPostgres: postgres, instruments, close };
  } catch (error) {
    await shop.stop({ atOnce: true });
    throw error;
  }
};

const fitInstruments = async (shop: TemporaryShop, postgres: OwnPostgres): Promise<Instruments> => {
  const queueDatabase = shop.events === 'embedded postgres' ? ['events'] : [];
  const databases = await openDatabaseMeters(
    postgres.superuserUrl,
    [...subgraphNames, ...queueDatabase],
    [...subgraphNames],
  );
  const messaging = openMessagingMeters(shop.urls, shop.environment.REDIS_URL);
  const processes = watchProcesses({
    pids: () => ({
      ...Object.fromEntries(serviceNames.map((name) => [name, shop.pid(name)])),
      ...(shop.redis && { Redis: shop.redis.pid }),
    }),
    postmaster: () => postgres.pid,
    ownRoles: ['postgres'],
  });
  return { processes, databases, messaging };
};

/** The launcher starts a PostgreSQL that ended again; services find it by themselves. */
const restart = async (shop: TemporaryShop, { pid }: OwnPostgres, signal: AbortSignal): Promise<void> => {
  if (pid === undefined) throw new Error('the PostgreSQL of the shop is gone');
  process.kill(pid, 'SIGINT');
  if (!(await waitForExit(pid, backWithinMs))) throw new Error('PostgreSQL did not stop');
  const deadline = Date.now() + backWithinMs;
  for (const name of serviceNames)
    while (!(await isReady(shop.urls[name]))) {
      if (Date.now() > deadline) throw new Error(`${name} did not find PostgreSQL again\n${shop.lastLines(20)}`);
      await sleep(100, undefined, { signal });
    }
};

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
