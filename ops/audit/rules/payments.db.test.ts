import { type Damage, seededViolations, withoutOrder } from '../violations.fixture.ts';
import { paymentRules } from './payments.ts';

/** A second payment of the order, with these changes. */
const anotherPayment = (changes: string) =>
  `INSERT INTO payment SELECT (jsonb_populate_record(p, '{"id": "pay_2", "attempt_id": "att_2", "reference": "sim_2"}'::jsonb
     || '${changes}'::jsonb)).* FROM payment p`;
/** A second attempt to pay the order; the payment of the first stays as it is. */
const secondAttempt = `
  INSERT INTO attempt (id, order_id, number, started_at) VALUES ('att_2', 'ord_1', 2, now());
  UPDATE customer_order SET attempt_id = 'att_2', attempt_number = 2, status = 'AUTHORIZING', step_deadline = now() + interval '1 hour'`;

const anHourAgo = `now() - interval '1 hour'`;

/** So much went back, by the ledger; the order may know of it or not. */
const refund = (cents: number, at = anHourAgo) => `
  UPDATE payment SET refunded = ${cents};
  INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
  VALUES ('led_3', 'pay_1', 'REFUND', ${cents}, 'EUR', 'att_1-refund', ${at})`;
const effect = (kind: string, cents: number, at = anHourAgo) =>
  `INSERT INTO effect (reference, kind, amount, at) VALUES ('sim_1', '${kind}', ${cents}, ${at})`;
/** The same at the provider: the whole of a refund. */
const refunded = (cents: number, at = anHourAgo) => ({
  payment: refund(cents, at),
  simulator: effect('REFUND', cents, at),
});
/** A bank has called so much back, and the dispute is lost. */
const lostDispute = (cents: number) => ({
  payment: `UPDATE payment SET disputed = ${cents};
    INSERT INTO dispute (id, payment_id, reference, amount, state, reason, opened_at)
    VALUES ('dsp_1', 'pay_1', 'du_1', ${cents}, 'LOST', 'fraudulent', ${anHourAgo});
    INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
    VALUES ('led_4', 'pay_1', 'DISPUTE', ${cents}, 'EUR', 'du_1', ${anHourAgo})`,
  simulator: effect('DISPUTE', cents),
});
const cancelledOrder = `UPDATE customer_order SET status = 'CANCELLED'`;
const knownRefund = (cents: number) =>
  `UPDATE customer_order SET payment_status = 'PARTIALLY_REFUNDED', payment_captured = 5000, payment_refunded = ${cents}`;

const bothOf = (one: Damage, other: Damage): Damage => ({
  ...one,
  ...{ payment: `${one.payment}; ${other.payment}`, simulator: `${one.simulator}; ${other.simulator}` },
});

seededViolations(
  paymentRules,
  [
    [
      'payments-match-orders',
      'the order costs more',
      { order: 'UPDATE customer_order SET total_amount = total_amount + 1' },
    ],
    ...['AUTHORIZED', 'CAPTURING', 'CAPTURE_FAILED', 'CANCELLING', 'VOIDING', 'VOID_FAILED'].map(
      (status) =>
        [
          'payments-match-orders',
          `another payment is ${status}`,
          { payment: anotherPayment(`{"status": "${status}", "captured": 0}`) },
        ] as const,
    ),
    ['payments-match-orders', 'a refund that the order does not know of', { ...refunded(1_000) }],
    ['payments-match-orders', 'a refund that only the order knows of', { order: knownRefund(1_000) }],
    [
      'payments-match-orders',
      'another refund than the order knows of',
      { order: knownRefund(999), ...refunded(1_000) },
    ],
    ['payments-match-orders', 'money of a cancelled order', { order: cancelledOrder }],
    [
      'payments-match-orders',
      'money of a cancelled order of which a bank has called a part back',
      { order: cancelledOrder, ...lostDispute(2_000) },
    ],
    [
      'refunds-match-payments',
      'a refund under way that no request is of',
      { payment: 'UPDATE payment SET refunding = 100' },
    ],
    [
      'refunds-match-payments',
      'a refund that gave nothing back',
      {
        payment: `INSERT INTO refund (id, payment_id, amount, state, requested_by, reason, requested_at, ended_at)
                  VALUES ('ref_1', 'pay_1', 100, 'SUCCEEDED', 'STAFF', 'damaged', now(), now())`,
      },
    ],
    ['payment-currency-matches-order', 'the payment', { payment: `UPDATE payment SET currency = 'USD'` }],
    [
      'payment-currency-matches-order',
      'what was captured',
      { payment: `UPDATE ledger_entry SET currency = 'USD' WHERE kind = 'CAPTURE'` },
    ],
    ['one-capture-per-order', 'two payments', { payment: anotherPayment('{}') }],
    [
      'captures-within-authorization',
      'more was captured than authorized',
      { payment: 'UPDATE payment SET captured = captured + 1' },
    ],
    ['superseded-attempts-hold-no-money', 'the first attempt was captured', { order: secondAttempt }],
    ...['AUTHORIZED', 'ACTION_REQUIRED', 'CANCELLING', 'VOIDING', 'VOID_FAILED', 'CAPTURE_FAILED'].map(
      (status) =>
        [
          'superseded-attempts-hold-no-money',
          `the first attempt is ${status}`,
          { order: secondAttempt, payment: `UPDATE payment SET status = '${status}', captured = 0` },
        ] as const,
    ),
    ['payments-have-orders', 'the order is gone', { order: withoutOrder }],
    [
      'payments-have-orders',
      'a charge for an order that is not there',
      { payment: anotherPayment('{"order_id": "ord_2"}') },
    ],
    ['payments-have-orders', 'a charge for an attempt that was never made', { payment: anotherPayment('{}') }],
    ...[
      ['VOID_FAILED', '2 hours'],
      ['REFUND_FAILED', '2 minutes'],
      ['CAPTURE_FAILED', '2 hours'],
      ['CANCELLING', '2 hours'],
      ['VOIDING', '2 hours'],
      ['ACTION_REQUIRED', '2 hours'],
      ['AWAITING_FUNDS', '2 hours'],
    ].map(
      ([status, age]) =>
        [
          'no-payment-is-stuck',
          `${status} for ${age}`,
          {
            payment: `UPDATE payment SET status = '${status}';
                    UPDATE operation SET created_at = now() - interval '${age}', done_at = now() - interval '${age}'`,
          },
        ] as const,
    ),
    [
      'provider-calls-complete',
      'a call is open for a day',
      {
        payment: `UPDATE operation SET done_at = NULL, outcome = NULL, created_at = now() - interval '25 hours' WHERE kind = 'CAPTURE'`,
      },
    ],
    [
      'disputes-match-payments',
      'a dispute that took nothing',
      {
        payment: `INSERT INTO dispute (id, payment_id, reference, amount, state, reason, opened_at)
                  VALUES ('dsp_1', 'pay_1', 'du_1', 100, 'LOST', 'fraudulent', now())`,
      },
    ],
    ['disputes-match-payments', 'an open dispute that is none', { payment: 'UPDATE payment SET open_disputes = 1' }],
    ['ledger-matches-payments', 'money called back without a row', { payment: 'UPDATE payment SET disputed = 100' }],
    ['ledger-matches-payments', 'a row is gone', { payment: `DELETE FROM ledger_entry WHERE kind = 'CAPTURE'` }],
    ['ledger-matches-provider', 'the provider captured it twice', { simulator: effect('CAPTURE', 5_000) }],
    [
      'ledger-matches-provider',
      'the provider captured another amount',
      { simulator: `UPDATE effect SET amount = 4999 WHERE kind = 'CAPTURE'` },
    ],
    [
      'ledger-matches-provider',
      'the provider moved money of which we know nothing',
      { simulator: effect('CAPTURE', 1).replace('sim_1', 'sim_9') },
    ],
    ['ledger-matches-provider', 'the provider knows nothing of it', { simulator: 'DELETE FROM effect' }],
    [
      'ledger-matches-provider',
      'the provider knows nothing of one of its movements',
      { simulator: `DELETE FROM effect WHERE kind = 'CAPTURE'` },
    ],
  ],
  [
    [
      'a payment of before the simulator began its book',
      { simulator: 'DELETE FROM effect; UPDATE _prisma_migrations SET started_at = now()' },
    ],
    ['money that moved a moment ago', { simulator: effect('CAPTURE', 5_000, 'now()') }],
    [
      'a lost order whose money has gone back',
      {
        payment: `${anotherPayment('{"order_id": "ord_2", "status": "VOIDED", "captured": 0, "reference": "sim_2"}')};
                  INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
                  SELECT 'led_v' || id, id, 'VOID', authorized, currency, 'void', now() FROM payment WHERE order_id = 'ord_2'`,
      },
    ],
    ['a confirmed order of which a part was refunded', { order: knownRefund(1_000), ...refunded(1_000) }],
    ['a confirmed order of which a bank has called a part back', lostDispute(2_000)],
    ['a cancelled order of which a bank has called everything back', { order: cancelledOrder, ...lostDispute(5_000) }],
    [
      'a cancelled order of which a bank has called a part back, and the rest was refunded',
      bothOf({ order: cancelledOrder, ...lostDispute(2_000) }, refunded(3_000)),
    ],
    [
      'a cancelled order whose money was refunded, and then called back by a bank as well',
      bothOf({ order: cancelledOrder, ...lostDispute(2_000) }, refunded(5_000)),
    ],
    ['a refund of a moment ago, which the order has yet to learn of', refunded(1_000, 'now()')],
  ],
);
