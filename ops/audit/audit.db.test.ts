/** Rounds of the audit over real databases. That each rule finds its violations is tested beside the rules. */
import { afterAll, describe, expect, it, test } from 'vitest';
import { withClient } from '#platform/database/client.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { type AnyDatabaseName, allDatabaseNames } from '../services.ts';
import { disposeDatabases, healthyShop, run } from '../shop-databases.fixture.ts';
import { audit, auditRound, checkRules, rules } from './audit.ts';
import { violatedRules } from './report.ts';
import type { Databases, Query } from './rule.ts';
import { type Damage, orderEvent, reply, withoutGuards } from './violations.fixture.ts';

afterAll(disposeDatabases);

test('a healthy shop violates no rule', async () => {
  expect(violatedRules(await audit(await healthyShop(), 0))).toEqual([]);
});

/** More than two pages, so that positions of four and of five digits lie on both sides of a page break. */
const manyMessages = 12_000;

test('finds each of many thousand lost messages', async () => {
  const urls = await healthyShop();
  await run(
    urls.order,
    `INSERT INTO outbox_message
       (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
     SELECT 'msg_lost_' || n, 'order.cancelled', 1, 'other', 'other_' || n, 1, now(), 'c', '{}', now() - interval '1 hour'
       FROM generate_series(1, ${manyMessages}) AS n`,
  );
  const arrive = (await audit(urls, 0)).find(({ rule }) => rule === 'messages-are-processed');
  expect(new Set(arrive?.violations.map(({ ids }) => ids.message)).size).toBe(manyMessages);
});

test('what has just happened counts as in flight', async () => {
  const urls = await healthyShop();
  await run(
    urls.order,
    `UPDATE outbox_message SET published_at = NULL, occurred_at = now() WHERE type = 'order.confirmed'`,
  );
  expect(violatedRules(await audit(urls, 60_000))).toEqual([]);
  expect(violatedRules(await audit(urls, -1_000))).toEqual(['outboxes-drain']);
});

test('a database that cannot be read is an error', async () => {
  const urls = await healthyShop();
  await expect(audit({ ...urls, user: `${urls.user}_gone` })).rejects.toThrow(/gone/);
});

/** The databases as the audit sees them; `happen` runs just before the first query to one of them. */
const interrupted = (urls: DatabaseUrls, before: AnyDatabaseName, happen: () => Promise<void>) => {
  let isFirst = true;
  const query =
    (name: AnyDatabaseName): Query =>
    async (sql, ...values) => {
      if (name === before && isFirst) {
        isFirst = false;
        await happen();
      }
      return await withClient(urls[name] ?? '', async (client) => (await client.query(sql, values)).rows);
    };
  return Object.fromEntries(allDatabaseNames.map((name) => [name, query(name)])) as unknown as Databases;
};

// What a customer's cancellation does to a completed order: the order first, then those who receive its messages.
const cancel = {
  order: `UPDATE customer_order SET status = 'COMPENSATING', version = 3, step_deadline = now() + interval '1 hour', undo = '{payment}',
            heading = 'CANCELLED', failure = '{}', payment_status = 'PAID';
          INSERT INTO order_event (order_id, version, at, status, event) VALUES ('ord_1', 3, now(), 'COMPENSATING', 'cancelRequested')`,
  payment: `UPDATE payment SET status = 'REFUNDED', refunded = captured;
            INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
            VALUES ('led_3', 'pay_1', 'REFUND', 5000, 'EUR', 'att_1-refund', now())`,
  simulator: `INSERT INTO effect (reference, kind, amount, at) VALUES ('sim_1', 'REFUND', 5000, now())`,
  product: `UPDATE reservation SET status = 'RETURNED';
            INSERT INTO stock_movement (id, variant_id, kind, quantity, attempt_id, occurred_at)
            VALUES ('mov_4', 'var_1', 'RETURN', 2, 'att_1', now());
            UPDATE stock_level SET on_hand = 10`,
  user: `INSERT INTO notification (id, customer_id, kind, title, body, order_id, created_at)
         SELECT 'ntf_3', customer_id, 'ORDER_CANCELLED', '.', '.', order_id, now() FROM notification LIMIT 1`,
};

it.each(['simulator', 'payment', 'product', 'user'] as const)(
  'an order that is cancelled after it was read, and before %s is queried, is not a violation',
  async (asked) => {
    const urls = await healthyShop();
    const databases = interrupted(urls, asked, async () => {
      for (const name of ['order', 'simulator', 'payment', 'product', 'user'] as const)
        await run(urls[name] ?? '', cancel[name]);
    });
    const settledBefore = new Date(Date.now() - 60_000);
    expect(violatedRules(await checkRules(rules, { databases, settledBefore }))).toEqual([]);
    expect(violatedRules(await checkRules(rules, { databases, settledBefore }))).toEqual([]);
  },
);

describe('an incremental round', () => {
  it('covers the orders that messages were about since, and leaves the others to a full round', async () => {
    const urls = await healthyShop();
    const first = await auditRound(urls, { settleMs: 0 });
    expect(first).toMatchObject({ isFull: true, nextIsFull: false, watermark: { order: '2' } });
    await run(urls.order, `${withoutGuards}; UPDATE customer_order SET total_amount = total_amount + 1`);
    const unmoved = await auditRound(urls, { settleMs: 0, since: first.watermark });
    expect(violatedRules(unmoved.findings)).toEqual([]);
    expect(unmoved.isFull).toBe(false);

    await run(urls.payment, reply('msg_late', 'payment.action-required', 1));
    await run(urls.order, `INSERT INTO inbox_message (id, type) VALUES ('msg_late', 'payment.action-required')`);
    const moved = await auditRound(urls, { settleMs: 0, since: first.watermark });
    expect(violatedRules(moved.findings)).toEqual(['order-totals-add-up', 'payments-match-orders']);
    // So that the next round is full, and notices when it has been mended.
    expect(moved.nextIsFull).toBe(true);
  });

  it.each([
    ['messages-are-processed', { order: orderEvent(`now() - interval '1 hour'`) }],
    ['event-sequences-have-no-gaps', { order: orderEvent(`now() - interval '1 hour'`, 4) }],
    [
      'payments-have-orders',
      { payment: `${reply('msg_x', 'payment.declined', 1)}; UPDATE payment SET attempt_id = 'att_2'` },
    ],
    [
      'provider-calls-complete',
      {
        payment: `UPDATE operation SET done_at = NULL, outcome = NULL, created_at = now() - interval '2 days' WHERE kind = 'CAPTURE'`,
      },
    ],
  ] as const)('finds what has happened since: %s', async (rule, damage: Damage) => {
    const urls = await healthyShop();
    const { watermark } = await auditRound(urls, { settleMs: 0 });
    for (const name of allDatabaseNames) if (damage[name]) await run(urls[name] ?? '', damage[name]);
    expect(violatedRules((await auditRound(urls, { settleMs: 0, since: watermark })).findings)).toContain(rule);
  });
});
