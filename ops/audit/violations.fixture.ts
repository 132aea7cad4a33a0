/** What a bug or an operator's mistake could do to the data of a healthy shop, and the rule that must find it. */
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import pg from '#platform/database/pg.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { type AnyDatabaseName, allDatabaseNames } from '../services.ts';
import { disposeDatabases, healthyShop } from '../shop-databases.fixture.ts';
import { checkRules } from './audit.ts';
import { violatedRules } from './report.ts';
import { type Databases, type Query, type Rule, readOnly } from './rule.ts';

/** SQL by database. */
export type Damage = Partial<Record<AnyDatabaseName, string>>;

/** The tests of a subject: each of its rules is violated at least once, and finds it. */
export const seededViolations = (
  rules: readonly Rule[],
  seeds: readonly (readonly [rule: string, what: string, damage: Damage])[],
  /** What looks like damage, and is as it should be. */
  lawful: readonly (readonly [what: string, change: Damage])[] = [],
): void => {
  let urls: DatabaseUrls;
  beforeAll(async () => {
    urls = await healthyShop();
  });
  afterAll(disposeDatabases);

  test('each rule is violated at least once', () => {
    expect([...new Set(seeds.map(([rule]) => rule))].sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  // In transactions that are rolled back: a shop each would take ten times as long.
  const violatedAfter = async (damage: Damage): Promise<readonly string[]> => {
    const clients = allDatabaseNames.map((name) => [name, new pg.Client({ connectionString: urls[name] })] as const);
    try {
      for (const [name, client] of clients) {
        await client.connect();
        await client.query(`BEGIN; ${damage[name] ? `${withoutGuards}; ${damage[name]}` : ''}`);
      }
      const databases = Object.fromEntries(
        clients.map(([name, client]): [string, Query] => [name, readOnly(client)]),
      ) as unknown as Databases;
      return violatedRules(await checkRules(rules, { databases, settledBefore: new Date(Date.now() - 60_000) }));
    } finally {
      await Promise.all(clients.map(([, client]) => client.end()));
    }
  };

  it.each(seeds)('%s finds: %s', async (rule, _, damage) => {
    expect(await violatedAfter(damage)).toContain(rule);
  });

  if (lawful.length > 0)
    it.each(lawful)('no rule minds %s', async (_, change) => {
      expect(await violatedAfter(change)).toEqual([]);
    });
};

interface OutboxRow {
  readonly id: string;
  readonly type: string;
  readonly aggregate: string;
  readonly aggregateId: string;
  readonly sequence: number;
  readonly data?: string;
  /** SQL. */
  readonly publishedAt?: string;
}

const anHourAgo = `now() - interval '1 hour'`;

export const outboxRow = ({ data = '{}', publishedAt = anHourAgo, ...row }: OutboxRow): string =>
  `INSERT INTO outbox_message
     (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
   VALUES ('${row.id}', '${row.type}', 1, '${row.aggregate}', '${row.aggregateId}', ${row.sequence}, ${anHourAgo}, 'c',
           '${data}', ${publishedAt})`;

/** A reply of payment's or product's about the first attempt. */
export const reply = (id: string, type: string, sequence: number): string =>
  outboxRow({
    ...{ id, type, aggregate: 'payment-attempt', aggregateId: 'att_1', sequence },
    data: '{"attemptId": "att_1", "orderId": "ord_1"}',
  });

/** An event of the order for its customer. */
export const orderEvent = (publishedAt: string, sequence = 3): string =>
  outboxRow({
    ...{ id: 'msg_news', type: 'order.needs-attention', aggregate: 'order', aggregateId: 'ord_1' },
    ...{ sequence, publishedAt },
  });

/** The order and everything of it, as if it had never been. */
export const withoutOrder = `DELETE FROM order_line; DELETE FROM order_event; DELETE FROM attempt; DELETE FROM customer_order;
  DELETE FROM outbox_message; DELETE FROM inbox_message`;

/** The databases prevent most of this: constraints and triggers go first. */
export const withoutGuards = `
  DO $$ DECLARE guard record; BEGIN
    FOR guard IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                  WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.place, guard.conname);
    END LOOP;
    FOR guard IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                  WHERE indisunique AND indpred IS NOT NULL AND relnamespace = 'public'::regnamespace LOOP
      EXECUTE format('DROP INDEX %s', guard.name);
    END LOOP;
    FOR guard IN SELECT DISTINCT tgrelid::regclass AS place FROM pg_trigger WHERE NOT tgisinternal LOOP
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guard.place);
    END LOOP;
  END $$`;
