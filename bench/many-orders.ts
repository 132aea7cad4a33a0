/** Confirmed orders by SQL, as many as one likes: what the four services have kept of each when all went well. */
import type { DatabaseName } from '#ops/services.ts';

/** 20 orders a customer, 1 or 2 lines an order, 200 variants. */
const ordersPerCustomer = 20;
const variants = 200;

// Ids of the real length that grow with the number, as UUIDv7 do: indexes grow at their end.
const id = (prefix: string, n: string): string => `'${prefix}_' || lpad(to_hex(${n}), 32, '0')`;
const [order, attempt, payment] = [id('ord', 'n'), id('att', 'n'), id('pay', 'n')];
const customer = id('usr', `n / ${ordersPerCustomer}`);
const message = (number: number): string => id('msg', `n * 16 + ${number}`);
/** The order's variant number 0 or 1; an even order has only the first. */
const variant = (line: string): string => id('var', `(n * 7 + ${line} * 13) % ${variants}`);
const lines = 'generate_series(0, (n % 2)::int) AS line';
const total = '(CASE WHEN n % 2 = 0 THEN 5000 ELSE 10000 END)';
const amount = `jsonb_build_object('amount', ${total}, 'currency', 'EUR')`;
/** Some seconds of the last day, in the order of the numbers; the orders of a later batch are newer. */
const at = (seconds: number): string =>
  `timestamptz '$begun' - interval '1 day' + n * interval '10 ms' + interval '${seconds} s'`;
const names = `jsonb_build_object('orderId', ${order}, 'attemptId', ${attempt})`;
const facts = `jsonb_build_object('orderId', ${order}, 'number', 'AG-' || n, 'customerId', ${customer}, 'total', ${amount})`;

interface Sent {
  readonly number: number;
  readonly type: string;
  readonly aggregate: readonly [type: string, id: string];
  readonly sequence: number;
  readonly at: number;
  readonly data: string;
}
const event = (number: number, type: string, sequence: number, seconds: number, data: string): Sent => ({
  ...{ number, type, sequence, at: seconds, data },
  aggregate:
    type.startsWith('order.') || /^(stock\.(reserve|commit)|payment\.(authorize|capture))$/.test(type)
      ? ['order', order]
      : [type.startsWith('stock.') ? 'reservation' : 'payment-attempt', attempt],
});

const ofOrder = [
  event(0, 'order.placed', 1, 0, facts),
  event(1, 'stock.reserve', 2, 0, `${names} || jsonb_build_object('lines', '[]'::jsonb, 'ttlMs', 900000)`),
  event(2, 'payment.authorize', 3, 1, `${names} || jsonb_build_object('amount', ${amount})`),
  event(3, 'stock.commit', 4, 2, names),
  event(4, 'payment.capture', 5, 3, `${names} || jsonb_build_object('amount', ${amount})`),
  event(5, 'order.confirmed', 6, 4, facts),
];
const ofProduct = [event(6, 'stock.reserved', 1, 1, names), event(7, 'stock.committed', 2, 3, names)];
const paid = `${names} || jsonb_build_object('paymentId', ${payment}, 'amount', ${amount})`;
const ofPayment = [event(8, 'payment.authorized', 1, 2, paid), event(9, 'payment.captured', 2, 4, paid)];

const numbers = 'FROM generate_series($from::bigint, $to::bigint) AS n';

const outbox = (messages: readonly Sent[]): string => `
  INSERT INTO outbox_message
    (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
  SELECT m.* ${numbers} CROSS JOIN LATERAL (VALUES ${messages
    .map(
      ({ number, type, aggregate: [kind, key], sequence, at: seconds, data }) =>
        `(${message(number)}, '${type}', 1, '${kind}', ${key}, ${sequence}, ${at(seconds)}, ${message(15)}, ${data}, ${at(seconds)})`,
    )
    .join(', ')}) AS m;`;
const inbox = (messages: readonly Sent[]): string => `
  INSERT INTO inbox_message (id, type, received_at)
  SELECT m.* ${numbers} CROSS JOIN LATERAL (VALUES ${messages
    .map(({ number, type, at: seconds }) => `(${message(number)}, '${type}', ${at(seconds)})`)
    .join(', ')}) AS m;`;
const receivedBy = (...types: readonly string[]): readonly Sent[] =>
  [...ofOrder, ...ofProduct, ...ofPayment].filter(({ type }) => types.includes(type));

const steps = ['PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED'];
const events = ['placed', 'stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured'];

const orders: Readonly<Partial<Record<DatabaseName, string>>> = {
  user: `
    INSERT INTO user_account (id, email, display_name, password_hash, created_at)
    SELECT ${customer}, 'customer' || n / ${ordersPerCustomer} || '@example.com', 'Customer', '$argon2id$none', ${at(0)}
      ${numbers} WHERE n % ${ordersPerCustomer} = 0 ON CONFLICT DO NOTHING;
    INSERT INTO notification (id, customer_id, kind, title, body, order_id, created_at)
    SELECT ${id('ntf', 'n * 2 + m.number')}, ${customer}, m.kind::notification_kind, m.title || n, 'It comes to EUR 50.00.', ${order}, ${at(0)}
      ${numbers} CROSS JOIN (VALUES (0, 'ORDER_PLACED', 'We have your order AG-'), (1, 'ORDER_CONFIRMED', 'Confirmed: AG-')) AS m (number, kind, title);
    ${inbox(receivedBy('order.placed', 'order.confirmed'))}`,
  product: `
    INSERT INTO reservation (attempt_id, order_id, status, expires_at, created_at, updated_at)
    SELECT ${attempt}, ${order}, 'COMMITTED', ${at(900)}, ${at(0)}, ${at(3)} ${numbers};
    INSERT INTO reservation_line (attempt_id, variant_id, quantity)
    SELECT ${attempt}, ${variant('line')}, 2 ${numbers}, ${lines};
    INSERT INTO stock_movement (id, variant_id, kind, quantity, attempt_id, occurred_at)
    SELECT ${id('mov', 'n * 4 + line * 2 + k.number')}, ${variant('line')}, k.kind::movement_kind, 2, ${attempt}, ${at(1)}
      ${numbers}, ${lines}, (VALUES (0, 'RESERVATION'), (1, 'SALE')) AS k (number, kind);
    ${outbox(ofProduct)} ${inbox(receivedBy('stock.reserve', 'stock.commit'))}`,
  order: `
    INSERT INTO customer_order
      (id, number, customer_id, currency, total_amount, placed_at, expires_at, version, status, attempt_id, attempt_number,
       payment_status, step_sends, undo)
    SELECT ${order}, 'AG-' || n, ${customer}, 'EUR', ${total}, ${at(0)}, ${at(1800)}, 5, 'CONFIRMED', ${attempt}, 1, 'PAID', 1, '{}'
      ${numbers};
    INSERT INTO order_line (order_id, position, variant_id, sku, title, quantity, unit_amount)
    SELECT ${order}, line + 1, ${variant('line')}, 'LAMP-' || n % ${variants}, 'Headlamp with a title of usual length', 2, 2500
      ${numbers}, ${lines};
    INSERT INTO attempt (id, order_id, number, started_at) SELECT ${attempt}, ${order}, 1, ${at(0)} ${numbers};
    INSERT INTO order_event (order_id, version, at, status, event)
    SELECT ${order}, e.version, ${at(0)} + e.version * interval '1 s', e.status, e.event
      ${numbers} CROSS JOIN unnest(ARRAY['${steps.join(`', '`)}'], ARRAY['${events.join(`', '`)}'])
                   WITH ORDINALITY AS e (status, event, version);
    INSERT INTO idempotency_key (actor, operation, key, fingerprint, result, created_at)
    SELECT ${customer}, 'placeOrder', 'key-' || n, md5(n::text), jsonb_build_object('ok', true, 'value', ${order}), ${at(0)} ${numbers};
    ${outbox(ofOrder)} ${inbox([...ofProduct, ...ofPayment])}`,
  payment: `
    INSERT INTO payment
      (id, attempt_id, order_id, customer_id, status, amount, currency, authorized, captured, provider, reference,
       correlation_id, created_at)
    SELECT ${payment}, ${attempt}, ${order}, ${customer}, 'CAPTURED', ${total}, 'EUR', ${total}, ${total}, 'simulator', ${id('sim', 'n')},
           ${message(15)}, ${at(1)} ${numbers};
    INSERT INTO operation (key, payment_id, kind, amount, tries, next_try_at, created_at, keyed_at, done_at, outcome)
    SELECT ${attempt} || k.suffix, ${payment}, k.kind::operation_kind, ${total}, 0, ${at(1)}, ${at(1)}, ${at(1)}, ${at(2)}, k.outcome
      ${numbers} CROSS JOIN (VALUES ('-authorize', 'AUTHORIZE', 'approved'), ('-capture', 'CAPTURE', 'captured')) AS k (suffix, kind, outcome);
    INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
    SELECT ${id('led', 'n * 2 + k.number')}, ${payment}, k.kind::ledger_kind, ${total}, 'EUR', ${attempt} || k.suffix, ${at(2)}
      ${numbers} CROSS JOIN (VALUES (0, 'AUTHORIZATION', '-authorize'), (1, 'CAPTURE', '-capture')) AS k (number, kind, suffix);
    ${outbox(ofPayment)} ${inbox(receivedBy('payment.authorize', 'payment.capture'))}`,
};

const beginning: Readonly<Partial<Record<DatabaseName, string>>> = {
  product: `
    INSERT INTO category (id, slug, texts, depth, parent_depth, position)
    VALUES ('cat_1', 'lamps', '{"en": {"name": "Lamps"}}', 1, 0, 1);
    INSERT INTO product (id, slug, title, texts, status, category_id, tax_class, attributes, options)
    VALUES ('prd_1', 'lamp', 'Lamp', '{"en": {"title": "Lamp"}}', 'PUBLISHED', 'cat_1', 'STANDARD', '{}', '[]');
    INSERT INTO product_variant
      (id, product_id, sku, title, options, prices, requires_shipping, stock_policy, is_archived, position)
    SELECT ${id('var', 'n')}, 'prd_1', 'LAMP-' || n, '{"en": "Lamp"}', '{}', '{"EUR": 2500}', true, 'TRACKED', false, n
      FROM generate_series(0, ${variants - 1}) AS n;
    INSERT INTO stock_level (variant_id, on_hand) SELECT id, 100000000 FROM product_variant;
    INSERT INTO stock_movement (id, variant_id, kind, quantity, reference, occurred_at)
    SELECT 'mov_seed_' || id, id, 'RECEIPT', 100000000, 'seed', now() - interval '2 days' FROM product_variant;`,
};

/** Levels are the sums of their movements: once, at the end of a batch, instead of for each order. */
const ending: Readonly<Partial<Record<DatabaseName, string>>> = {
  product: `
    UPDATE stock_level s SET on_hand = 100000000 - m.sold
      FROM (SELECT variant_id, sum(quantity) AS sold FROM stock_movement WHERE kind = 'SALE' GROUP BY variant_id) m
     WHERE m.variant_id = s.variant_id`,
};

/** What is there before the first order. */
export const before = (name: DatabaseName): string => beginning[name] ?? '';

/** The orders of these numbers, both included. `begun` is the same for all batches of one shop. */
export const ordersOf = (name: DatabaseName, from: number, to: number, begun: Date): string =>
  (orders[name] ?? '')
    .replaceAll('$from', String(from))
    .replaceAll('$to', String(to))
    .replaceAll('$begun', begun.toISOString());

/** What has to follow the last of them. */
export const after = (name: DatabaseName): string => ending[name] ?? '';
