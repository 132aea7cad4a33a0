/** Payments: customers pay what they owe, once, and our books agree with the provider's. */
import { effectsHaveOrders } from '../effects.ts';
import { type OrderRule, orderSqlRule, type Row, type Rule, sqlRule } from '../rule.ts';
import { ledgerMatchesProvider } from './provider-book.ts';

interface Balance extends Row {
  readonly order_id: string;
  /** Staff and banks move money without being asked for it by an order, which then has yet to learn of it. */
  readonly is_moving: boolean;
  readonly kept: string;
  /** Of that, what no bank has called back. */
  readonly left: string;
  readonly held: string;
}

// Held until the provider has captured it, released it or refused it.
const balances = `
  SELECT order_id, sum(captured - refunded) AS kept,
         sum(greatest(captured - refunded - disputed, 0)) AS "left",
         sum(CASE WHEN status IN ('AUTHORIZED', 'CAPTURING', 'CAPTURE_FAILED', 'CANCELLING', 'VOIDING', 'VOID_FAILED')
                  THEN authorized - captured ELSE 0 END) AS held,
         bool_or(EXISTS (SELECT 1 FROM ledger_entry l WHERE l.payment_id = payment.id AND l.at >= $2)) AS is_moving
    FROM payment WHERE order_id = ANY ($1::text[]) GROUP BY order_id`;

/**
 * Σ captured − Σ refunded = what customers owe: what a confirmed order says was not refunded, nothing of any other. A bank that calls
 * money back does not change what a confirmed order costs; the customer of any other has so much back already.
 */
const paymentsMatchOrders: OrderRule = {
  name: 'payments-match-orders',
  promise:
    'a confirmed order is paid exactly, less the refunds that it knows of; of any other completed order no money is kept or held',
  scope: 'orders',
  check: async ({ databases, settledBefore }, orders) => {
    const settled = orders.filter((order) => order.is_settled);
    const ids = settled.map(({ id }) => id);
    const rows = await databases.payment<Balance>(balances, ids, settledBefore);
    const found = new Map(rows.map((row) => [row.order_id, row]));
    return settled.flatMap(({ id, status, total, refunded }) => {
      const { kept = '0', left = '0', held = '0', is_moving = false } = found.get(id) ?? {};
      const [owed, has] = status === 'CONFIRMED' ? [total - refunded, kept] : [0, left];
      if (is_moving || (Number(has) === owed && Number(held) === 0)) return [];
      return [{ ids: { order: id }, what: `${status}: owes ${owed}, ${has} was kept and ${held} is still held` }];
    });
  },
};

interface Paid extends Row {
  readonly id: string;
  readonly order_id: string;
  readonly currency: string;
}

const currencies = `
  SELECT p.id, p.order_id, p.currency FROM payment p WHERE p.order_id = ANY ($1::text[])
   UNION
  SELECT p.id, p.order_id, l.currency FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
   WHERE p.order_id = ANY ($1::text[])`;

/** Every other rule about money compares amounts, and 5000 is not 5000. */
const paymentCurrencyMatchesOrder: OrderRule = {
  name: 'payment-currency-matches-order',
  promise: 'payments and their ledger are in the currency of their order',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const currencyOf = new Map(orders.map(({ id, currency }) => [id, currency]));
    const paid = await databases.payment<Paid>(currencies, [...currencyOf.keys()]);
    return paid
      .filter(({ order_id, currency }) => currency !== currencyOf.get(order_id))
      .map(({ id, order_id, currency }) => ({
        ids: { order: order_id, payment: id },
        what: `the order is in ${currencyOf.get(order_id)}, the payment or its ledger in ${currency}`,
      }));
  },
};

interface Unfinished extends Row {
  readonly id: string;
  readonly order_id: string;
  readonly attempt_id: string;
  readonly status: string;
  readonly authorized: number;
  readonly kept: number;
}

const unfinished = `
  SELECT id, order_id, attempt_id, status, authorized, captured - refunded AS kept
    FROM payment
   WHERE order_id = ANY ($1::text[])
     AND (status NOT IN ('DECLINED', 'VOIDED', 'REFUNDED', 'WITHDRAWN') OR captured <> refunded)`;

/** An order is tried again only when the last attempt is known to have taken nothing. */
const supersededAttemptsHoldNothing: OrderRule = {
  name: 'superseded-attempts-hold-no-money',
  promise: 'money is held or kept for the latest attempt to pay an order, and for no earlier one',
  scope: 'orders',
  check: async ({ databases }, orders) => {
    const retried = orders.filter((order) => order.attempt_number > 1);
    const latest = new Map(retried.map((order) => [order.id, order.attempt_id]));
    if (latest.size === 0) return [];
    const payments = await databases.payment<Unfinished>(unfinished, [...latest.keys()]);
    return payments
      .filter(({ order_id, attempt_id }) => attempt_id !== latest.get(order_id))
      .map(({ id, order_id, status, authorized, kept }) => ({
        ids: { order: order_id, payment: id },
        what: `an earlier attempt's payment is ${status}: ${authorized} was held, ${kept} is kept`,
      }));
  },
};

// 1 hour: an extra step is given 15 minutes, and releasing what was held has been retried for another 16 before the order
// needs attention. What has failed for good waits for an operator from the start.
const stuckAfter = `interval '1 hour'`;
// 1 day: a call is repeated every 30 s until it is answered, and no provider is away for longer. After that, providers have
// forgotten the call's key, and what came of it is looked up: an operator should see why that does not help.
const unansweredAfter = `interval '1 day'`;

// 40 days: transfers are waited for up to OFFLINE_PAYMENT_WAIT_MS, 7 days by default, and the refund of one is paid by hand; what
// nobody has recorded a month later was forgotten.
const offlineAfter = `interval '40 days'`;

const since = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));

export const paymentRules: readonly Rule[] = [
  paymentsMatchOrders,
  paymentCurrencyMatchesOrder,
  // An order may be tried several times; money that was captured and not refunded comes from at most one of them.
  orderSqlRule({
    name: 'one-capture-per-order',
    promise: 'no customer is charged twice for one order',
    database: 'payment',
    sql: `
    SELECT order_id, count(*) AS payments, sum(captured - refunded) AS kept
      FROM payment
     WHERE order_id = ANY ($1::text[]) AND captured > refunded
     GROUP BY order_id
    HAVING count(*) > 1
     UNION ALL
    SELECT p.order_id, 1, sum(l.amount)
      FROM payment p JOIN ledger_entry l ON l.payment_id = p.id
     WHERE p.order_id = ANY ($1::text[]) AND l.kind = 'CAPTURE'
     GROUP BY p.id
    HAVING sum(l.amount) > p.authorized`,
    ids: { order: 'order_id' },
    what: ({ payments, kept }) => `${kept} kept from ${payments} payments, or captured beyond the hold`,
  }),
  orderSqlRule({
    name: 'captures-within-authorization',
    promise: 'refunded ≤ captured ≤ authorized ≤ amount',
    database: 'payment',
    sql: `
    SELECT id, order_id, amount, authorized, captured, refunded
      FROM payment
     WHERE order_id = ANY ($1::text[])
       AND NOT (0 <= refunded AND refunded <= captured AND captured <= authorized AND authorized <= amount)`,
    ids: { payment: 'id', order: 'order_id' },
    what: ({ amount, authorized, captured, refunded }) =>
      `amount ${amount}, authorized ${authorized}, captured ${captured}, refunded ${refunded}`,
  }),
  supersededAttemptsHoldNothing,
  effectsHaveOrders({
    name: 'payments-have-orders',
    promise: 'nobody is charged for an order that does not exist',
    database: 'payment',
    table: 'payment',
    // What a restored shop has let go of: its orders are lost, and their customers have their money (npm run reconcile -- --release).
    where: `status NOT IN ('VOIDED', 'REFUNDED') OR captured > refunded`,
    columns: `attempt_id, order_id, 'payment ' || id || ' is ' || status || ', captured ' || captured || ',' AS what`,
  }),
  sqlRule({
    name: 'no-payment-is-stuck',
    promise: 'no payment is stuck on its way to being captured, refunded or voided',
    scope: 'full',
    database: 'payment',
    sql: `
    SELECT p.id, p.order_id, p.status, p.authorized, p.captured - p.refunded AS kept, latest.at AS since
      FROM payment p
      CROSS JOIN LATERAL (SELECT coalesce(max(greatest(o.created_at, o.done_at)), p.created_at) AS at
                            FROM operation o WHERE o.payment_id = p.id) latest
     WHERE p.status NOT IN ('AUTHORIZED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'WITHDRAWN')
       AND latest.at < $1::timestamptz
           - CASE WHEN p.status IN ('VOID_FAILED', 'REFUND_FAILED') THEN interval '0'
                  WHEN p.provider = 'offline' AND p.status IN ('AWAITING_FUNDS', 'REFUNDING') THEN ${offlineAfter}
                  ELSE ${stuckAfter} END`,
    ids: { payment: 'id', order: 'order_id' },
    what: (row) => `${row.status} since ${since(row.since)}: ${row.authorized} was held, ${row.kept} is kept`,
  }),
  sqlRule({
    name: 'provider-calls-complete',
    promise: 'every call to a provider is answered within a day',
    scope: 'always',
    database: 'payment',
    sql: `
    SELECT o.key, o.payment_id, o.kind, o.tries, o.created_at
      FROM operation o JOIN payment p ON p.id = o.payment_id
     WHERE o.done_at IS NULL AND o.created_at < now() - ${unansweredAfter}
       AND (p.provider <> 'offline' OR o.created_at < now() - ${offlineAfter})`,
    ids: { operation: 'key', payment: 'payment_id' },
    what: ({ kind, tries, created_at }) => `${kind} is open since ${since(created_at)}, ${tries} tries`,
  }),
  orderSqlRule({
    name: 'ledger-matches-payments',
    promise: "a payment's amounts are the sums of its ledger",
    database: 'payment',
    sql: `
    SELECT * FROM (
      SELECT p.id, p.order_id, p.authorized, p.captured, p.refunded, p.disputed,
             coalesce(sum(l.amount) FILTER (WHERE l.kind = 'AUTHORIZATION'), 0) AS ledger_authorized,
             coalesce(sum(l.amount) FILTER (WHERE l.kind = 'CAPTURE'), 0) AS ledger_captured,
             coalesce(sum(CASE l.kind WHEN 'REFUND' THEN l.amount WHEN 'REFUND_REVERSAL' THEN -l.amount END), 0)
               AS ledger_refunded,
             coalesce(sum(CASE l.kind WHEN 'DISPUTE' THEN l.amount WHEN 'DISPUTE_REVERSAL' THEN -l.amount END), 0)
               AS ledger_disputed
        FROM payment p LEFT JOIN ledger_entry l ON l.payment_id = p.id
       WHERE p.order_id = ANY ($1::text[])
       GROUP BY p.id) sums
     WHERE (authorized, captured, refunded, disputed)
           <> (ledger_authorized, ledger_captured, ledger_refunded, ledger_disputed)`,
    ids: { payment: 'id', order: 'order_id' },
    what: (row) =>
      `authorized ${row.authorized}, captured ${row.captured}, refunded ${row.refunded}, disputed ${row.disputed}; ` +
      `ledger ${row.ledger_authorized}, ${row.ledger_captured}, ${row.ledger_refunded}, ${row.ledger_disputed}`,
  }),
  orderSqlRule({
    name: 'disputes-match-payments',
    promise: 'what banks have called back is the sum of the disputes that are open or lost',
    database: 'payment',
    sql: `
    SELECT * FROM (
      SELECT p.id, p.order_id, p.disputed, p.open_disputes,
             coalesce(sum(d.amount) FILTER (WHERE d.state <> 'WON'), 0) AS called_back,
             count(*) FILTER (WHERE d.state = 'OPEN') AS open
        FROM payment p LEFT JOIN dispute d ON d.payment_id = p.id
       WHERE p.order_id = ANY ($1::text[])
       GROUP BY p.id) sums
     WHERE (disputed, open_disputes) <> (called_back, open)`,
    ids: { payment: 'id', order: 'order_id' },
    what: (row) =>
      `disputed ${row.disputed} in ${row.open_disputes} open; disputes ${row.called_back} in ${row.open} open`,
  }),
  orderSqlRule({
    name: 'refunds-match-payments',
    promise: 'what is being refunded is the sum of the refunds under way, and no refund is counted that did not happen',
    database: 'payment',
    sql: `
    SELECT * FROM (
      SELECT p.id, p.order_id, p.refunding, p.refunded,
             coalesce(sum(r.amount) FILTER (WHERE r.state = 'REQUESTED'), 0) AS requested,
             coalesce(sum(r.amount) FILTER (WHERE r.state = 'SUCCEEDED'), 0) AS succeeded
        FROM payment p LEFT JOIN refund r ON r.payment_id = p.id
       WHERE p.order_id = ANY ($1::text[])
       GROUP BY p.id) sums
     WHERE refunding <> requested OR succeeded > refunded`,
    ids: { payment: 'id', order: 'order_id' },
    what: (row) =>
      `refunding ${row.refunding}, refunded ${row.refunded}; refunds under way ${row.requested}, done ${row.succeeded}`,
  }),
  ledgerMatchesProvider,
];
