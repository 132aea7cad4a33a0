/** What happens between two rounds, and what happens during one. */
import { afterAll, describe, expect, it } from 'vitest';
import { withClient } from '#platform/database/client.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { disposeDatabases, healthyShop, run } from '../backup/four-databases.fixture.ts';
import { type SubgraphName, subgraphNames } from '../services.ts';
import { auditRound } from './audit.ts';
import { checkRules } from './check-rules.ts';
import { brokenRules } from './report.ts';
import type { Databases, Query } from './rule.ts';
import { rules } from './rules/index.ts';
import { answer, type Slip, withNews, withoutGuards } from './slips.fixture.ts';

afterAll(disposeDatabases);

/** The databases as the audit sees them, with something happening just before the first question to one of them. */
const interrupted = (urls: DatabaseUrls, before: SubgraphName, happen: () => Promise<void>) => {
  let isFirst = true;
  const query =
    (name: SubgraphName): Query =>
    async (sql, ...values) => {
      if (name === before && isFirst) {
        isFirst = false;
        await happen();
      }
      return await withClient(urls[name], async (client) => (await client.query(sql, values)).rows);
    };
  return Object.fromEntries(subgraphNames.map((name) => [name, query(name)])) as unknown as Databases;
};

// What a customer's cancel does to an order that was at rest: the order first, then whoever it tells.
const cancel = {
  order: `UPDATE customer_order SET status = 'COMPENSATING', version = 3, step_deadline = now() + interval '1 hour', undo = '{payment}',
            heading = 'CANCELLED', failure = '{}', payment_status = 'PAID';
          INSERT INTO order_event (order_id, version, at, status, event) VALUES ('ord_1', 3, now(), 'COMPENSATING', 'cancelRequested')`,
  payment: `UPDATE payment SET status = 'REFUNDED', refunded = captured;
            INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
            VALUES ('led_3', 'pay_1', 'REFUND', 5000, 'EUR', 'att_1-refund', now());
            INSERT INTO simulator.effect (reference, kind, amount, at) VALUES ('sim_1', 'REFUND', 5000, now())`,
  product: `UPDATE reservation SET status = 'RETURNED';
            INSERT INTO stock_movement (id, variant_id, kind, quantity, attempt_id, occurred_at)
            VALUES ('mov_4', 'var_1', 'RETURN', 2, 'att_1', now());
            UPDATE stock_level SET on_hand = 10`,
  user: `INSERT INTO notification (id, user_id, kind, title, body, order_id, created_at)
         SELECT 'ntf_3', user_id, 'ORDER_CANCELLED', '.', '.', order_id, now() FROM notification LIMIT 1`,
};

it.each(['payment', 'product', 'user'] as const)(
  'an order that is cancelled after it was read, and before %s is asked, is no breach',
  async (asked) => {
    const urls = await healthyShop();
    const databases = interrupted(urls, asked, async () => {
      for (const name of ['order', 'payment', 'product', 'user'] as const) await run(urls[name], cancel[name]);
    });
    const settledBefore = new Date(Date.now() - 60_000);
    expect(brokenRules(await checkRules(rules, { databases, settledBefore }))).toEqual([]);
    expect(brokenRules(await checkRules(rules, { databases, settledBefore }))).toEqual([]);
  },
);

describe('an incremental round', () => {
  it('looks at the orders that anybody has said something about since, and leaves the others to a full one', async () => {
    const urls = await healthyShop();
    const first = await auditRound(urls, { settleMs: 0 });
    expect(first).toMatchObject({ isFull: true, nextIsFull: false, watermark: { order: '2' } });
    await run(urls.order, `${withoutGuards}; UPDATE customer_order SET total_amount = total_amount + 1`);
    const unmoved = await auditRound(urls, { settleMs: 0, since: first.watermark });
    expect(brokenRules(unmoved.findings)).toEqual([]);
    expect(unmoved.isFull).toBe(false);

    await run(urls.payment, answer('msg_late', 'payment.action-required', 1));
    await run(urls.order, `INSERT INTO inbox_message (id, type) VALUES ('msg_late', 'payment.action-required')`);
    const moved = await auditRound(urls, { settleMs: 0, since: first.watermark });
    expect(brokenRules(moved.findings)).toEqual(['order-totals-add-up', 'money-matches-orders']);
    // So that the next round looks at everything, and sees when it has been mended.
    expect(moved.nextIsFull).toBe(true);
  });

  it.each([
    ['messages-arrive', { order: withNews(`now() - interval '1 hour'`) }],
    ['histories-have-no-gaps', { order: withNews(`now() - interval '1 hour'`).replace(', 3,', ', 4,') }],
    [
      'payments-have-orders',
      { payment: `${answer('msg_x', 'payment.declined', 1)}; UPDATE payment SET attempt_id = 'att_2'` },
    ],
    [
      'operations-end',
      {
        payment: `UPDATE operation SET done_at = NULL, outcome = NULL, created_at = now() - interval '2 days' WHERE kind = 'CAPTURE'`,
      },
    ],
  ] as const)('finds what has happened since: %s', async (rule, slip: Slip) => {
    const urls = await healthyShop();
    const { watermark } = await auditRound(urls, { settleMs: 0 });
    for (const name of subgraphNames) if (slip[name]) await run(urls[name], slip[name]);
    expect(brokenRules((await auditRound(urls, { settleMs: 0, since: watermark })).findings)).toContain(rule);
  });
});
