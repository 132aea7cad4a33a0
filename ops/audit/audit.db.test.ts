/** One healthy order in four databases; then each invariant is broken on purpose, and its rule must say so. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import pg from '#platform/database/pg.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { disposeDatabases, healthyShop, run } from '../backup/four-databases.fixture.ts';
import { subgraphNames } from '../services.ts';
import { audit } from './audit.ts';
import { checkRules } from './check-rules.ts';
import { brokenRules } from './report.ts';
import { type Databases, type Query, readOnly } from './rule.ts';
import { rules } from './rules/index.ts';
import { slips, withoutGuards } from './slips.fixture.ts';

afterAll(disposeDatabases);

test('every rule is broken at least once below', () => {
  expect([...new Set(slips.map(([rule]) => rule))].sort()).toEqual(rules.map(({ name }) => name).sort());
});

test('a healthy shop breaks no rule', async () => {
  expect(brokenRules(await audit(await healthyShop(), 0))).toEqual([]);
});

describe('a slip', () => {
  let urls: DatabaseUrls;
  beforeAll(async () => {
    urls = await healthyShop();
  });

  // In transactions that are rolled back: a shop of its own for each would take ten times as long.
  it.each(slips)('is noticed: %s, when %s', async (rule, _, slip) => {
    const clients = subgraphNames.map((name) => [name, new pg.Client({ connectionString: urls[name] })] as const);
    try {
      for (const [name, client] of clients) {
        await client.connect();
        await client.query(`BEGIN; ${slip[name] ? `${withoutGuards}; ${slip[name]}` : ''}`);
      }
      const databases = Object.fromEntries(
        clients.map(([name, client]): [string, Query] => [name, readOnly(client)]),
      ) as unknown as Databases;
      const findings = await checkRules(rules, { databases, settledBefore: new Date(Date.now() - 60_000) });
      expect(brokenRules(findings)).toContain(rule);
    } finally {
      await Promise.all(clients.map(([, client]) => client.end()));
    }
  });
});

/** More than two pages, so that positions of four and of five digits are on both sides of a page's end. */
const manyMessages = 12_000;

test('of many thousand messages that were lost, each is found', async () => {
  const urls = await healthyShop();
  await run(
    urls.order,
    `INSERT INTO outbox_message
       (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
     SELECT 'msg_lost_' || n, 'order.cancelled', 1, 'other', 'other_' || n, 1, now(), 'c', '{}', now() - interval '1 hour'
       FROM generate_series(1, ${manyMessages}) AS n`,
  );
  const arrive = (await audit(urls, 0)).find(({ rule }) => rule === 'messages-arrive');
  expect(new Set(arrive?.breaches.map(({ ids }) => ids.message)).size).toBe(manyMessages);
});

test('what happened a moment ago is in flight and not broken', async () => {
  const urls = await healthyShop();
  await run(
    urls.order,
    `UPDATE outbox_message SET published_at = NULL, occurred_at = now() WHERE type = 'order.confirmed'`,
  );
  expect(brokenRules(await audit(urls, 60_000))).toEqual([]);
  expect(brokenRules(await audit(urls, -1_000))).toEqual(['outboxes-drain']);
});

test('a database that cannot be read is an error and not a clean bill', async () => {
  const urls = await healthyShop();
  await expect(audit({ ...urls, user: `${urls.user}_gone` })).rejects.toThrow(/gone/);
});
