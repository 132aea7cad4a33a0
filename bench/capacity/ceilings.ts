/** What only one can do at a time, measured on databases of their own: selling a variant, writing and publishing the outbox. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { DataOf, Message, MessageDefinition } from '#contracts/envelope.ts';
import { newId, type VariantId } from '#contracts/ids.ts';
import { CommitStock, ReserveStock } from '#contracts/messages/stock.ts';
import { money } from '#contracts/money.ts';
import type { OwnPostgres } from '#launcher/postgres/own-postgres.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { withClient } from '#platform/database/client.ts';
import { applyMigrations } from '#platform/database/migrations.ts';
import pg from '#platform/database/pg.ts';
import { claim, markPublished } from '#platform/messaging/outbox.ts';
import { connect, createApp } from '#subgraphs/product/wiring.ts';
import { plentifulCatalogue, variantIdsOf } from './catalogue.ts';

/** Something that only one can do at a time: a bound that more machines do not lift. */
export interface Ceiling {
  readonly what: string;
  readonly perSecond: number;
  readonly note?: string;
}

/** Repeats the work until the time is up; returns how often it was done. */
const repeatedly =
  <Worker>(work: (worker: Worker) => Promise<unknown>) =>
  async (worker: Worker, until: number): Promise<number> => {
    let done = 0;
    while (performance.now() < until) {
      await work(worker);
      done++;
    }
    return done;
  };

const perSecondOf = async <Worker>(
  seconds: number,
  workers: readonly Worker[],
  loop: (worker: Worker, until: number) => Promise<number>,
): Promise<number> => {
  const begun = performance.now();
  const done = await Promise.all(workers.map((worker) => loop(worker, begun + seconds * 1_000)));
  return done.reduce((sum, count) => sum + count, 0) / ((performance.now() - begun) / 1_000);
};

// 8: the messages that one consumer processes at a time (`busLimits.concurrency`), each with a connection.
const concurrency = 8;
const variantCount = 200;
const priced = money(1_990, 'EUR');
const migrations = path.resolve(import.meta.dirname, '../../prisma/product/migrations');

type App = ReturnType<typeof createApp>;

/** Reserve and commit of one unit, as in a checkout, without queue and network: each holds the variant's row until the commit is on the disk. */
export const measureStock = async (server: OwnPostgres, seconds: number): Promise<Ceiling[]> => {
  const { stock_ceilings: url = '' } = await ensureDatabases(server, [
    { name: 'stock_ceilings', password: 'only-for-a-moment' },
  ]);
  await applyMigrations(url, migrations);
  const prisma = connect(url, concurrency);
  try {
    const app = createApp(prisma);
    const catalogue = plentifulCatalogue(variantCount);
    await app.commands.importCatalogue(catalogue);
    const variantIds = variantIdsOf(catalogue);
    const rate = async (workers: number, of: readonly VariantId[]) => {
      let next = 0;
      const loop = repeatedly(() => sellOne(app, of[next++ % of.length] as VariantId));
      await perSecondOf(seconds / 4, Array.from({ length: workers }), loop);
      return await perSecondOf(seconds, Array.from({ length: workers }), loop);
    };
    const alone = await rate(1, variantIds);
    const ceilings: Ceiling[] = [
      {
        what: 'sales one after the other',
        perSecond: alone,
        note: `${(1_000 / alone).toFixed(1)} ms for both commits`,
      },
      {
        what: `sales of ${variantCount} variants, ${concurrency} at a time`,
        perSecond: await rate(concurrency, variantIds),
      },
      {
        what: `sales of one variant, ${concurrency} at a time`,
        perSecond: await rate(concurrency, variantIds.slice(0, 1)),
      },
    ];
    // Commits with a NOTIFY are serialized whatever they sell; without it the rows decide.
    await prisma.$executeRawUnsafe('ALTER TABLE outbox_message DISABLE TRIGGER USER');
    return [
      ...ceilings,
      { what: `… without NOTIFY: of ${variantCount} variants`, perSecond: await rate(concurrency, variantIds) },
      { what: '… without NOTIFY: of one variant', perSecond: await rate(concurrency, variantIds.slice(0, 1)) },
    ];
  } finally {
    await prisma.$disconnect();
  }
};

const sellOne = async ({ commands }: App, variantId: VariantId): Promise<void> => {
  const attempt = { attemptId: newId('Attempt'), orderId: newId('Order') };
  const lines = [{ variantId, quantity: 1, unitPrice: priced }];
  await commands.reserveStock(messageOf(ReserveStock, { ...attempt, lines, ttlMs: 60_000 }));
  await commands.commitStock(messageOf(CommitStock, attempt));
};

const messageOf = <D extends MessageDefinition>(
  { type, version }: D,
  data: DataOf<D>,
): Message<DataOf<D>> & { readonly type: D['type'] } => ({
  id: newId('Message'),
  type,
  version,
  occurredAt: new Date().toISOString(),
  aggregate: { type: 'order', id: newId('Order') },
  sequence: 1,
  correlationId: 'capacity',
  data,
});

// 20,000 rows: seconds of work for one relay; three of an aggregate, as an order has several.
const rowCount = 20_000;
const rowsPerAggregate = 3;
const batch = 100;
const leaseMs = 5_000;
const relayCounts = [1, 2, 4];
const writerCounts = [1, 8, 32];
/** When the relay is woken: by the transaction itself (as the trigger does), by its client afterwards, or not at all. */
const wakeSignals = ['with NOTIFY in them', 'with NOTIFY after them', 'without NOTIFY'] as const;
type WakeSignal = (typeof wakeSignals)[number];

const outboxTables = path.resolve(import.meta.dirname, '../../platform/messaging/tables.sql');

/** An outbox in a database of its own, on the server of the shop. */
export const measureOutbox = async (server: OwnPostgres, seconds: number): Promise<Ceiling[]> => {
  const { outbox_ceilings: url = '' } = await ensureDatabases(server, [
    { name: 'outbox_ceilings', password: 'only-for-a-moment' },
  ]);
  await withClient(url, async (client) => client.query(await readFile(outboxTables, 'utf8')));
  const ceilings: Ceiling[] = [];
  for (const relays of relayCounts) ceilings.push(await publishing(url, relays));
  for (const writers of writerCounts)
    for (const wake of wakeSignals) ceilings.push(await writing(url, writers, wake, seconds));
  return ceilings;
};

/** Relays without a queue: what remains is claiming and marking, and the lock around claims. */
const publishing = async (url: string, relays: number): Promise<Ceiling> => {
  await withClient(url, async (client) => {
    await client.query('TRUNCATE outbox_message');
    await client.query(fill, [rowCount, rowsPerAggregate]);
    await client.query('VACUUM ANALYZE outbox_message');
  });
  let [rows, claims, claimMs] = [0, 0, 0];
  const begun = performance.now();
  const relay = () =>
    withClient(url, async (client) => {
      await client.query('SET synchronous_commit = off');
      for (;;) {
        const asked = performance.now();
        const claimed = await claim(client, batch, leaseMs);
        claimMs += performance.now() - asked;
        if (claimed.length === 0) return;
        claims++;
        await markPublished(client, claimed);
        rows += claimed.length;
      }
    });
  await Promise.all(Array.from({ length: relays }, relay));
  const seconds = (performance.now() - begun) / 1_000;
  const what = `rows claimed and marked by ${relays} relay${relays > 1 ? 's' : ''} in batches of ${batch}`;
  return { what, perSecond: rows / seconds, note: `${(claimMs / claims).toFixed(1)} ms a claim` };
};

const columns = '(id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data)';
// About as long as the messages of a checkout are.
const data = `jsonb_build_object('orderId', gen_random_uuid(), 'lines', repeat('x', 200))`;
const fill = `
  INSERT INTO outbox_message ${columns}
  SELECT 'msg_' || gen_random_uuid(), 'stock.reserve', 1, 'order', 'ord_' || n / $2::int, n % $2::int + 1, now(), 'capacity', ${data}
    FROM generate_series(0, $1::int - 1) AS n`;
const addOne = `
  INSERT INTO outbox_message ${columns}
  VALUES ('msg_' || gen_random_uuid(), 'stock.reserve', 1, 'order', 'ord_' || gen_random_uuid(), 1, now(), 'capacity', ${data})`;

/**
 * Transactions of one message each, as every step of a checkout commits one. One with a NOTIFY takes a lock that the
 * whole server shares and keeps it until its commit is on the disk, so that such commits go one after the other.
 */
const writing = async (url: string, writers: number, wake: WakeSignal, seconds: number): Promise<Ceiling> => {
  const trigger = wake === 'with NOTIFY in them' ? 'ENABLE' : 'DISABLE';
  await withClient(url, (client) => client.query(`ALTER TABLE outbox_message ${trigger} TRIGGER USER`));
  const write = async (client: pg.Client) => {
    await client.query(addOne);
    if (wake === 'with NOTIFY after them') await client.query('NOTIFY outbox_message');
  };
  // There is a listener, as the relay is.
  const listener = new pg.Client({ connectionString: url });
  await listener.connect();
  await listener.query('LISTEN outbox_message');
  const clients = await Promise.all(
    Array.from({ length: writers }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  try {
    const what = `commits of one message by ${writers} writer${writers > 1 ? 's' : ''}, ${wake}`;
    return { what, perSecond: await perSecondOf(seconds, clients, repeatedly(write)) };
  } finally {
    for (const client of [...clients, listener]) await client.end();
  }
};
