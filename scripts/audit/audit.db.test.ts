/** One healthy order in four databases; then each invariant is broken on purpose, and its rule must say so. */
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type SubgraphName, subgraphNames } from '../../contracts/services.ts';
import { type TestDatabase, testDatabase } from '../../tests/kit/postgres.ts';
import { audit, type DatabaseUrls } from './audit.ts';
import { healthy } from './healthy-order.fixture.ts';
import { rules } from './rules/index.ts';

const open: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ dispose }) => dispose()));
});

const run = async (url: string, sql: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

const healthyShop = async (): Promise<DatabaseUrls> => {
  const databases = await Promise.all(subgraphNames.map((name) => testDatabase(name)));
  open.push(...databases);
  const urls = Object.fromEntries(subgraphNames.map((name, i) => [name, databases[i]?.url ?? ''])) as DatabaseUrls;
  await Promise.all(subgraphNames.map((name) => run(urls[name], healthy[name])));
  return urls;
};

const brokenRules = async (urls: DatabaseUrls, settleMs = 0) =>
  (await audit(urls, settleMs)).filter(({ breaches }) => breaches.length > 0).map(({ rule }) => rule);

/** What an operator's slip or a bug could do to the data, and the rule that must notice. */
const breakages: Record<string, { in: SubgraphName; sql: string }> = {
  'orders-are-announced': { in: 'order', sql: `DELETE FROM outbox_message WHERE type = 'order.placed'` },
  'orders-end': {
    in: 'order',
    sql: `UPDATE customer_order SET status = 'CAPTURING', step_deadline = now() - interval '1 hour'`,
  },
  'no-order-is-parked': { in: 'order', sql: `UPDATE customer_order SET status = 'NEEDS_ATTENTION'` },
  'order-totals-add-up': { in: 'order', sql: 'UPDATE order_line SET unit_amount = unit_amount - 1' },
  'timelines-are-whole': { in: 'order', sql: 'DELETE FROM order_event WHERE version = 1' },
  'money-matches-orders': { in: 'order', sql: 'UPDATE customer_order SET total_amount = total_amount + 1' },
  'one-capture-per-order': {
    in: 'payment',
    sql: `INSERT INTO payment SELECT (jsonb_populate_record(p, '{"id": "pay_2", "attempt_id": "att_2", "reference": "sim_2"}')).* FROM payment p`,
  },
  'captures-stay-within-holds': { in: 'payment', sql: 'UPDATE payment SET captured = captured + 1' },
  'ledger-matches-payments': { in: 'payment', sql: `DELETE FROM ledger_entry WHERE kind = 'CAPTURE'` },
  'ledger-matches-provider': {
    in: 'payment',
    sql: `INSERT INTO simulator.effect (reference, kind, amount, at) VALUES ('sim_1', 'CAPTURE', 5000, now() - interval '1 hour')`,
  },
  'stock-matches-orders': { in: 'product', sql: `UPDATE reservation SET status = 'RELEASED'` },
  'stock-matches-movements': { in: 'product', sql: 'UPDATE stock_level SET on_hand = on_hand + 1' },
  'reserved-matches-reservations': { in: 'product', sql: `UPDATE reservation SET status = 'RESERVED'` },
  'nothing-is-oversold': { in: 'product', sql: `UPDATE stock_movement SET quantity = 20 WHERE kind = 'SALE'` },
  'outboxes-drain': { in: 'order', sql: `UPDATE outbox_message SET published_at = NULL` },
  'histories-have-no-gaps': {
    in: 'order',
    sql: `UPDATE outbox_message SET sequence = 7 WHERE type = 'order.confirmed'`,
  },
  'messages-arrive': { in: 'user', sql: 'DELETE FROM inbox_message' },
};

test('every rule is broken once below', () => {
  expect(Object.keys(breakages).sort()).toEqual(rules.map(({ name }) => name).sort());
});

test('a healthy shop breaks no rule', async () => {
  expect(await brokenRules(await healthyShop())).toEqual([]);
});

test.each(Object.entries(breakages))('%s notices', async (rule, { in: name, sql }) => {
  const urls = await healthyShop();
  await run(urls[name], `${withoutGuards}; ${sql}`);
  expect(await brokenRules(urls)).toContain(rule);
});

test('what happened a moment ago is in flight and not broken', async () => {
  const urls = await healthyShop();
  await run(
    urls.order,
    `UPDATE outbox_message SET published_at = NULL, occurred_at = now() WHERE type = 'order.confirmed'`,
  );
  expect(await brokenRules(urls, 60_000)).toEqual([]);
  expect(await brokenRules(urls, -1_000)).toEqual(['outboxes-drain']);
});

test('a database that cannot be read is an error and not a clean bill', async () => {
  const urls = await healthyShop();
  await expect(audit({ ...urls, user: `${urls.user}_gone` })).rejects.toThrow(/gone/);
});

/** The databases guard themselves against most of this: constraints and triggers go first. */
const withoutGuards = `
  DO $$ DECLARE guard record; BEGIN
    FOR guard IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                  WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.place, guard.conname);
    END LOOP;
    FOR guard IN SELECT DISTINCT tgrelid::regclass AS place FROM pg_trigger WHERE NOT tgisinternal LOOP
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guard.place);
    END LOOP;
  END $$`;
