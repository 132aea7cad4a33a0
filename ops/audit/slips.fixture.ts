/** What an operator's slip or a bug could do to the data of healthy-order.fixture.ts, and what must notice it. */
import type { SubgraphName } from '../services.ts';

/** A second payment of the order, with these changes. */
const anotherPayment = (changes: string) =>
  `INSERT INTO payment SELECT (jsonb_populate_record(p, '{"id": "pay_2", "attempt_id": "att_2", "reference": "sim_2"}'::jsonb
     || '${changes}'::jsonb)).* FROM payment p`;
/** A second try of the order, whose first one's payment stays as it is. */
const secondTry = `
  INSERT INTO attempt (id, order_id, number, started_at) VALUES ('att_2', 'ord_1', 2, now());
  UPDATE customer_order SET attempt_id = 'att_2', attempt_number = 2, status = 'AUTHORIZING', step_deadline = now() + interval '1 hour'`;
/** An answer of payment's or product's. */
export const answer = (id: string, type: string, sequence: number) =>
  `INSERT INTO outbox_message
     (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
   VALUES ('${id}', '${type}', 1, 'payment-attempt', 'att_1', ${sequence}, now() - interval '1 hour', 'c',
           '{"attemptId": "att_1", "orderId": "ord_1"}', now() - interval '1 hour')`;
const capture = `
  INSERT INTO outbox_message
    (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
  VALUES ('msg_capture', 'payment.capture', 1, 'order', 'ord_1', 3, now() - interval '1 hour', 'c',
          '{"attemptId": "att_1", "orderId": "ord_1"}', now() - interval '1 hour')`;
/** A message of the order to its customer. */
export const withNews = (publishedAt: string) => `
  INSERT INTO outbox_message
    (id, type, version, aggregate_type, aggregate_id, sequence, occurred_at, correlation_id, data, published_at)
  VALUES ('msg_news', 'order.needs-attention', 1, 'order', 'ord_1', 3, now(), 'c', '{}', ${publishedAt})`;
/** The order and all that hangs on it, as if it had never been. */
const withoutAnOrder = `DELETE FROM order_line; DELETE FROM order_event; DELETE FROM attempt; DELETE FROM customer_order;
  DELETE FROM outbox_message; DELETE FROM inbox_message`;

export type Slip = Partial<Record<SubgraphName, string>>;

/** Each with the rule that must notice. */
export const slips: readonly (readonly [rule: string, what: string, slip: Slip])[] = [
  ['promised-orders-exist', 'an order is gone with all its rows', { order: withoutAnOrder }],
  [
    'promised-orders-exist',
    'an announced order is gone',
    { order: `DELETE FROM idempotency_key; DELETE FROM customer_order` },
  ],
  ['orders-are-announced', 'its message is gone', { order: `DELETE FROM outbox_message WHERE type = 'order.placed'` }],
  [
    'orders-end',
    'nobody came when it was due',
    { order: `UPDATE customer_order SET status = 'CAPTURING', step_deadline = now() - interval '1 hour'` },
  ],
  ['no-order-is-parked', 'it waits for a person', { order: `UPDATE customer_order SET status = 'NEEDS_ATTENTION'` }],
  ['order-totals-add-up', 'a line costs less', { order: 'UPDATE order_line SET unit_amount = unit_amount - 1' }],
  ['timelines-are-whole', 'the first entry is gone', { order: 'DELETE FROM order_event WHERE version = 1' }],
  ['timelines-are-whole', 'all are gone', { order: 'DELETE FROM order_event' }],
  ['timelines-are-whole', 'the last says another status', { order: `UPDATE order_event SET status = 'CAPTURING'` }],
  [
    'timelines-are-whole',
    'one is numbered beyond the last',
    { order: 'UPDATE order_event SET version = 3 WHERE version = 1' },
  ],
  ['customers-are-told', 'one piece of news is missing', { user: `DELETE FROM notification WHERE id = 'ntf_2'` }],
  [
    'customers-are-told',
    'a message took effect twice',
    {
      user: `INSERT INTO notification SELECT (jsonb_populate_record(n, '{"id": "ntf_3"}')).* FROM notification n WHERE id = 'ntf_2'`,
    },
  ],
  ['accounts-are-welcomed', 'nobody did', { user: `DELETE FROM notification WHERE kind = 'WELCOME'` }],
  [
    'accounts-are-welcomed',
    'a message took effect twice',
    {
      user: `INSERT INTO notification SELECT (jsonb_populate_record(n, '{"id": "ntf_3"}')).* FROM notification n WHERE id = 'ntf_0'`,
    },
  ],
  [
    'money-matches-orders',
    'the order costs more',
    { order: 'UPDATE customer_order SET total_amount = total_amount + 1' },
  ],
  ...['AUTHORIZED', 'CAPTURING', 'CAPTURE_FAILED', 'CANCELLING', 'VOIDING', 'VOID_FAILED'].map(
    (status) =>
      [
        'money-matches-orders',
        `money is still held by one that is ${status}`,
        { payment: anotherPayment(`{"status": "${status}", "captured": 0}`) },
      ] as const,
  ),
  ['orders-are-paid-in-their-currency', 'the payment', { payment: `UPDATE payment SET currency = 'USD'` }],
  [
    'orders-are-paid-in-their-currency',
    'what was taken',
    { payment: `UPDATE ledger_entry SET currency = 'USD' WHERE kind = 'CAPTURE'` },
  ],
  ['one-capture-per-order', 'two payments', { payment: anotherPayment('{}') }],
  ['captures-stay-within-holds', 'more was taken than held', { payment: 'UPDATE payment SET captured = captured + 1' }],
  ['older-attempts-hold-nothing', 'the first try was captured', { order: secondTry }],
  ...['AUTHORIZED', 'ACTION_REQUIRED', 'CANCELLING', 'VOIDING', 'VOID_FAILED', 'CAPTURE_FAILED'].map(
    (status) =>
      [
        'older-attempts-hold-nothing',
        `the first try is ${status}`,
        { order: secondTry, payment: `UPDATE payment SET status = '${status}', captured = 0` },
      ] as const,
  ),
  ['payments-have-orders', 'the order is gone', { order: withoutAnOrder }],
  ['payments-have-orders', 'a charge for an order of nobody', { payment: anotherPayment('{"order_id": "ord_2"}') }],
  ['payments-have-orders', 'a charge for a try that was never made', { payment: anotherPayment('{}') }],
  ['reservations-have-orders', 'the order is gone', { order: withoutAnOrder }],
  ['reservations-have-orders', 'sold to nobody', { product: `UPDATE reservation SET order_id = 'ord_2'` }],
  ...[
    ['VOID_FAILED', '2 hours'],
    ['REFUND_FAILED', '2 minutes'],
    ['CAPTURE_FAILED', '2 hours'],
    ['CANCELLING', '2 hours'],
    ['VOIDING', '2 hours'],
    ['ACTION_REQUIRED', '2 hours'],
  ].map(
    ([status, age]) =>
      [
        'payments-come-to-rest',
        `${status} for ${age}`,
        {
          payment: `UPDATE payment SET status = '${status}';
                    UPDATE operation SET created_at = now() - interval '${age}', done_at = now() - interval '${age}'`,
        },
      ] as const,
  ),
  [
    'operations-end',
    'a call is open for a day',
    {
      payment: `UPDATE operation SET done_at = NULL, outcome = NULL, created_at = now() - interval '25 hours' WHERE kind = 'CAPTURE'`,
    },
  ],
  ['ledger-matches-payments', 'a row is gone', { payment: `DELETE FROM ledger_entry WHERE kind = 'CAPTURE'` }],
  [
    'ledger-matches-provider',
    'the provider took it twice',
    {
      payment: `INSERT INTO simulator.effect (reference, kind, amount, at) VALUES ('sim_1', 'CAPTURE', 5000, now() - interval '1 hour')`,
    },
  ],
  ['stock-matches-orders', 'the sale was called off', { product: `UPDATE reservation SET status = 'RELEASED'` }],
  ['stock-matches-orders', 'less was sold than ordered', { product: 'UPDATE reservation_line SET quantity = 1' }],
  [
    'reservations-match-movements',
    'sold, says one; released, the other',
    {
      product: `UPDATE stock_movement SET kind = 'RELEASE' WHERE kind = 'SALE'`,
    },
  ],
  [
    'reservations-match-movements',
    'another quantity',
    {
      product: `UPDATE stock_movement SET quantity = 3 WHERE kind = 'SALE'`,
    },
  ],
  [
    'reservations-match-movements',
    'the sale is missing',
    { product: `DELETE FROM stock_movement WHERE kind = 'SALE'` },
  ],
  ['reservations-match-movements', 'another variant', { product: `UPDATE reservation_line SET variant_id = 'var_2'` }],
  ['stock-matches-movements', 'a unit from nowhere', { product: 'UPDATE stock_level SET on_hand = on_hand + 1' }],
  [
    'reserved-matches-reservations',
    'nothing is held for it',
    { product: `UPDATE reservation SET status = 'RESERVED'` },
  ],
  [
    'nothing-is-oversold',
    'more sold than received',
    { product: `UPDATE stock_movement SET quantity = 20 WHERE kind = 'SALE'` },
  ],
  [
    'commands-are-answered-once',
    'a command took effect twice',
    {
      order: capture,
      payment: `${answer('msg_once', 'payment.captured', 1)}; ${answer('msg_twice', 'payment.capture-failed', 2)}`,
    },
  ],
  ['commands-are-answered-once', 'nobody asked', { order: capture, payment: answer('msg_a', 'payment.cancelled', 1) }],
  ['outboxes-drain', 'nobody publishes', { order: `UPDATE outbox_message SET published_at = NULL` }],
  [
    'histories-have-no-gaps',
    'a number is left out',
    {
      order: `UPDATE outbox_message SET sequence = 7 WHERE type = 'order.confirmed'`,
    },
  ],
  ['histories-have-no-gaps', 'the first is gone', { order: `DELETE FROM outbox_message WHERE type = 'order.placed'` }],
  ['messages-arrive', 'it was never taken in', { user: 'DELETE FROM inbox_message' }],
];

/** The databases guard themselves against most of this: constraints and triggers go first. */
export const withoutGuards = `
  DO $$ DECLARE guard record; BEGIN
    FOR guard IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                  WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.place, guard.conname);
    END LOOP;
    FOR guard IN SELECT DISTINCT tgrelid::regclass AS place FROM pg_trigger WHERE NOT tgisinternal LOOP
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', guard.place);
    END LOOP;
  END $$`;
