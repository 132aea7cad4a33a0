/** Databases of a test's own for each service: with one healthy order in them, or empty. */
import type pg from 'pg';
import { emptyDatabase, type TestDatabase, testDatabase } from '#kit/postgres/postgres.ts';
import { withClient } from '#platform/database/client.ts';
import type { DatabaseUrls } from './addresses.ts';
import { type AnyDatabaseName, allDatabaseNames, databaseNames } from './services.ts';

const anHourAgo = `now() - interval '1 hour'`;
const customer = `usr_${'1'.repeat(32)}`;

const outbox = (rows: readonly [id: string, type: string, aggregate: string, sequence: number][]) =>
  `INSERT INTO outbox_message
     (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
   VALUES ${rows
     .map(
       ([id, type, aggregate, sequence]) =>
         `('${id}', '${type}', 1, 'order', '${aggregate}', ${sequence}, ${anHourAgo}, 'c', '{}', ${anHourAgo})`,
     )
     .join(', ')};`;
const inbox = (...ids: string[]) =>
  `INSERT INTO inbox_message (id, type) VALUES ${ids.map((id) => `('${id}', 'any')`).join(', ')};`;

const open: TestDatabase[] = [];

/** For `afterEach`. */
export const disposeDatabases = async (): Promise<void> => {
  await Promise.all(open.splice(0).map(({ dispose }) => dispose()));
};

const forEach = async (
  make: (name: AnyDatabaseName) => Promise<TestDatabase>,
  names: readonly AnyDatabaseName[] = allDatabaseNames,
): Promise<DatabaseUrls> => {
  const made = await Promise.all(names.map(async (name) => [name, await make(name)] as const));
  open.push(...made.map(([, database]) => database));
  return Object.fromEntries(made.map(([name, { url }]) => [name, url])) as DatabaseUrls;
};

export const migratedDatabases = (): Promise<DatabaseUrls> => forEach(testDatabase);
/** The shop's alone, without a table, as a new server has them. */
export const newDatabases = (): Promise<DatabaseUrls> => forEach(emptyDatabase, databaseNames);

export const healthyShop = async (): Promise<DatabaseUrls> => {
  const urls = await migratedDatabases();
  await Promise.all(allDatabaseNames.map((name) => run(urls[name] ?? '', healthy[name] ?? '')));
  return urls;
};

export const run = <R extends pg.QueryResultRow = pg.QueryResultRow>(url: string, sql: string): Promise<R[]> =>
  withClient(url, async (client) => (await client.query<R>(sql)).rows);

/** SQL: a message in an outbox, published or not. */
export const sent = (id: string, type = 'order.placed', publishedAt = 'now()'): string => `
  INSERT INTO outbox_message
    (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
  VALUES ('${id}', '${type}', 1, 'thing', '${id}', 1, now(), 'c', '{}', ${publishedAt})`;
export const processed = (id: string, type = 'order.placed'): string =>
  `INSERT INTO inbox_message (id, type) VALUES ('${id}', '${type}')`;

/** One confirmed order of two units at 25.00, an hour old, as the four services and the payment provider keep it. */
const healthy: Partial<Record<AnyDatabaseName, string>> = {
  user: `
    INSERT INTO user_account (id, email, display_name, password_hash, created_at)
    VALUES ('${customer}', 'ada@example.com', 'Ada', '$argon2id$none', ${anHourAgo});
    INSERT INTO notification (id, customer_id, kind, title, body, order_id, created_at)
    VALUES ('ntf_1', '${customer}', 'ORDER_PLACED', 'We have it', '.', 'ord_1', ${anHourAgo}),
           ('ntf_0', '${customer}', 'WELCOME', 'Welcome', '.', NULL, ${anHourAgo}),
           ('ntf_2', '${customer}', 'ORDER_CONFIRMED', 'It is confirmed', '.', 'ord_1', ${anHourAgo});
    INSERT INTO outbox_message
      (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
    VALUES ('msg_registered', 'user.registered', 1, 'user', '${customer}', 1, ${anHourAgo}, 'c',
            '{"userId": "${customer}"}', ${anHourAgo});
    ${inbox('msg_registered', 'msg_placed', 'msg_confirmed')}`,
  order: `
    INSERT INTO customer_order
      (id, number, customer_id, currency, total_amount, placed_at, expires_at, version, status, attempt_id,
       attempt_number, payment_status, step_sends, undo)
    VALUES ('ord_1', 'AG-1', '${customer}', 'EUR', 5000, ${anHourAgo}, ${anHourAgo}, 2, 'CONFIRMED', 'att_1', 1, 'PAID', 1, '{}');
    INSERT INTO order_line (order_id, position, variant_id, sku, title, quantity, unit_amount)
    VALUES ('ord_1', 1, 'var_1', 'LAMP', 'Lamp', 2, 2500);
    INSERT INTO attempt (id, order_id, number, started_at) VALUES ('att_1', 'ord_1', 1, ${anHourAgo});
    INSERT INTO idempotency_key (actor, operation, key, fingerprint, result)
    VALUES ('${customer}', 'placeOrder', 'key-1', 'f', '{"ok": true, "value": "ord_1"}'),
           ('${customer}', 'addToCart', 'key-2', 'f', '{"ok": true, "value": "crt_1"}');
    INSERT INTO order_event (order_id, version, at, status, event)
    VALUES ('ord_1', 1, ${anHourAgo}, 'PLACED', 'placed'), ('ord_1', 2, ${anHourAgo}, 'CONFIRMED', 'captured');
    ${outbox([
      ['msg_placed', 'order.placed', 'ord_1', 1],
      ['msg_confirmed', 'order.confirmed', 'ord_1', 2],
    ])}`,
  payment: `
    INSERT INTO payment
      (id, attempt_id, order_id, customer_id, status, amount, currency, authorized, captured, provider, reference,
       correlation_id, created_at)
    VALUES ('pay_1', 'att_1', 'ord_1', '${customer}', 'CAPTURED', 5000, 'EUR', 5000, 5000, 'simulator', 'sim_1', 'c', ${anHourAgo});
    INSERT INTO operation (key, payment_id, kind, amount, next_try_at, created_at, keyed_at, done_at, outcome)
    VALUES ('att_1-authorize', 'pay_1', 'AUTHORIZE', NULL, ${anHourAgo}, ${anHourAgo}, ${anHourAgo}, ${anHourAgo}, 'approved'),
           ('att_1-capture', 'pay_1', 'CAPTURE', 5000, ${anHourAgo}, ${anHourAgo}, ${anHourAgo}, ${anHourAgo}, 'captured');
    INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
    VALUES ('led_1', 'pay_1', 'AUTHORIZATION', 5000, 'EUR', 'att_1-authorize', ${anHourAgo}),
           ('led_2', 'pay_1', 'CAPTURE', 5000, 'EUR', 'att_1-capture', ${anHourAgo})`,
  simulator: `
    UPDATE _prisma_migrations SET started_at = now() - interval '1 day';
    INSERT INTO payment_intent (id, created_at, amount, currency, status, amount_received, client_secret, token)
    VALUES ('sim_1', ${anHourAgo}, 5000, 'eur', 'succeeded', 5000, 'none', 'tok_approve');
    INSERT INTO effect (reference, kind, amount, at)
    VALUES ('sim_1', 'AUTHORIZATION', 5000, ${anHourAgo}), ('sim_1', 'CAPTURE', 5000, ${anHourAgo});`,
  product: `
    INSERT INTO category (id, slug, texts, depth, parent_depth, position)
    VALUES ('cat_1', 'lamps', '{"en": {"name": "Lamps"}}', 1, 0, 1);
    INSERT INTO product (id, slug, title, texts, status, category_id, tax_class, attributes, options)
    VALUES ('prd_1', 'lamp', 'Lamp', '{"en": {"title": "Lamp", "description": "A lamp."}}', 'PUBLISHED', 'cat_1', 'STANDARD', '{}', '[]');
    INSERT INTO product_variant
      (id, product_id, sku, title, options, prices, requires_shipping, stock_policy, is_archived, position)
    VALUES ('var_1', 'prd_1', 'LAMP', '{"en": "Lamp"}', '{}', '{"EUR": 2500}', true, 'TRACKED', false, 1);
    INSERT INTO stock_level (variant_id, on_hand, reserved) VALUES ('var_1', 8, 0);
    INSERT INTO reservation (attempt_id, order_id, status, expires_at, created_at, updated_at)
    VALUES ('att_1', 'ord_1', 'COMMITTED', ${anHourAgo}, ${anHourAgo}, ${anHourAgo});
    INSERT INTO reservation_line (attempt_id, variant_id, quantity) VALUES ('att_1', 'var_1', 2);
    INSERT INTO stock_movement (id, variant_id, kind, quantity, attempt_id, reference, occurred_at)
    VALUES ('mov_1', 'var_1', 'RECEIPT', 10, NULL, 'seed', ${anHourAgo}),
           ('mov_2', 'var_1', 'RESERVATION', 2, 'att_1', NULL, ${anHourAgo}),
           ('mov_3', 'var_1', 'SALE', 2, 'att_1', NULL, ${anHourAgo});`,
};
