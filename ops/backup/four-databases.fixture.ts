/** Four databases of a test's own: with one healthy order in them, or empty. */
import type pg from 'pg';
import { emptyDatabase, type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { withClient } from '#platform/database/client.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { healthy } from '../audit/healthy-order.fixture.ts';
import { subgraphNames } from '../services.ts';

const open: TestDatabase[] = [];

/** For `afterEach`. */
export const disposeDatabases = async (): Promise<void> => {
  await Promise.all(open.splice(0).map(({ dispose }) => dispose()));
};

const four = async (make: (name: (typeof subgraphNames)[number]) => Promise<TestDatabase>): Promise<DatabaseUrls> => {
  const made = await Promise.all(subgraphNames.map(async (name) => [name, await make(name)] as const));
  open.push(...made.map(([, database]) => database));
  return Object.fromEntries(made.map(([name, { url }]) => [name, url])) as DatabaseUrls;
};

export const migratedDatabases = (): Promise<DatabaseUrls> => four(testDatabase);
/** As a server that was set up a moment ago has them: without a table. */
export const newDatabases = (): Promise<DatabaseUrls> => four(emptyDatabase);

export const healthyShop = async (): Promise<DatabaseUrls> => {
  const urls = await migratedDatabases();
  await Promise.all(subgraphNames.map((name) => run(urls[name], healthy[name])));
  return urls;
};

export const run = <R extends pg.QueryResultRow = pg.QueryResultRow>(url: string, sql: string): Promise<R[]> =>
  withClient(url, async (client) => (await client.query<R>(sql)).rows);

/** A message in somebody's outbox, published or not, as a statement. */
export const sent = (id: string, type = 'order.placed', publishedAt = 'now()'): string => `
  INSERT INTO outbox_message
    (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
  VALUES ('${id}', '${type}', 1, 'thing', '${id}', 1, now(), 'c', '{}', ${publishedAt})`;
export const takenIn = (id: string, type = 'order.placed'): string =>
  `INSERT INTO inbox_message (id, type) VALUES ('${id}', '${type}')`;
