/** How fast one database lets its outbox be written and published, whoever writes and however many relays there are. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnPostgres } from '#launcher/postgres/own-postgres.ts';
import { ensureDatabases } from '#launcher/postgres/roles.ts';
import { withClient } from '#platform/database/client.ts';
import pg from '#platform/database/pg.ts';
import { claim, markPublished } from '#platform/messaging/outbox.ts';
import { type Ceiling, perSecondOf, repeatedly } from './ceiling.ts';

// 20,000 rows: seconds of work for one relay; three of an aggregate, as an order has several.
const rowCount = 20_000;
const rowsPerAggregate = 3;
const batch = 100;
const leaseMs = 5_000;
const relayCounts = [1, 2, 4];
const writerCounts = [1, 8, 32];
/** When the relay is woken: by the transaction itself (as the trigger does it), by its client afterwards, or not at all. */
const wakeUps = ['with NOTIFY in them', 'with NOTIFY after them', 'without NOTIFY'] as const;
type WakeUp = (typeof wakeUps)[number];

const tables = path.resolve(import.meta.dirname, '../../platform/messaging/tables.sql');

/** A database of its own, with an outbox, on the shop's server. */
export const measureOutbox = async (server: OwnPostgres, seconds: number): Promise<Ceiling[]> => {
  const { outbox_ceilings: url = '' } = await ensureDatabases(server, [
    { name: 'outbox_ceilings', password: 'only-for-a-moment' },
  ]);
  await withClient(url, async (client) => client.query(await readFile(tables, 'utf8')));
  const ceilings: Ceiling[] = [];
  for (const relays of relayCounts) ceilings.push(await publishing(url, relays));
  for (const writers of writerCounts)
    for (const wakeUp of wakeUps) ceilings.push(await writing(url, writers, wakeUp, seconds));
  return ceilings;
};

/** Relays that need no time for the queue: what is left is claiming and marking, and the lock around claims. */
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
const writing = async (url: string, writers: number, wakeUp: WakeUp, seconds: number): Promise<Ceiling> => {
  const trigger = wakeUp === 'with NOTIFY in them' ? 'ENABLE' : 'DISABLE';
  await withClient(url, (client) => client.query(`ALTER TABLE outbox_message ${trigger} TRIGGER USER`));
  const write = async (client: pg.Client) => {
    await client.query(addOne);
    if (wakeUp === 'with NOTIFY after them') await client.query('NOTIFY outbox_message');
  };
  // Somebody listens, as the relay does.
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
    const what = `commits of one message by ${writers} writer${writers > 1 ? 's' : ''}, ${wakeUp}`;
    return { what, perSecond: await perSecondOf(seconds, clients, repeatedly(write)) };
  } finally {
    for (const client of [...clients, listener]) await client.end();
  }
};
