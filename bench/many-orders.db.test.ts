import { expect, test } from 'vitest';
import { expectCleanAudit } from '#kit/agora/clean-audit.ts';
import { testDatabase, testServer } from '#kit/postgres/postgres.ts';
import type { DatabaseUrls } from '#ops/addresses.ts';
import { databaseNames } from '#ops/services.ts';
import { otherDatabase, withClient } from '#platform/database/client.ts';
import { after, before, ordersOf } from './many-orders.ts';

test('orders that are made by SQL fit the tables of today, and are as the audit wants them', async () => {
  const databases = await Promise.all(databaseNames.map(async (name) => ({ name, ...(await testDatabase(name)) })));
  const begun = new Date();
  for (const { name, url } of databases) {
    const loader = otherDatabase(testServer().superuserUrl, new URL(url).pathname.slice(1));
    await withClient(loader, async (client) => {
      // As bench/audit.ts loads them: without triggers and foreign keys.
      await client.query('SET session_replication_role = replica');
      for (const sql of [before(name), ordersOf(name, 0, 39, begun), after(name)]) await client.query(sql);
    });
  }
  const { url: orders = '' } = databases.find(({ name }) => name === 'order') ?? {};
  const { rows } = await withClient(orders, (client) => client.query('SELECT count(*)::int AS n FROM customer_order'));
  expect(rows).toEqual([{ n: 40 }]);
  await expectCleanAudit(Object.fromEntries(databases.map(({ name, url }) => [name, url])) as DatabaseUrls, 0);
  for (const { dispose } of databases) await dispose();
});
