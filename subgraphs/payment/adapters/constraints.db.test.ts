/** What the database refuses, whatever the code does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { type PaymentTestApp, paymentTestApp } from '#kit/payment/app.ts';
import { anAttempt, authorizeMessage, captureMessage } from '#kit/payment/builders.ts';
import pg from '#platform/database/pg.ts';

let kit: PaymentTestApp;
let database: pg.Client;
let paymentId: string;
beforeAll(async () => {
  kit = await paymentTestApp();
  database = new pg.Client({ connectionString: kit.databaseUrl });
  await database.connect();
  const attempt = anAttempt();
  await kit.app.commands.authorizePayment(authorizeMessage(attempt));
  await kit.app.commands.capturePayment(captureMessage(attempt, money(4_000, 'EUR')));
  paymentId = (await kit.payment(attempt)).id;
});
afterAll(async () => {
  await database.end();
  await kit[Symbol.asyncDispose]();
});

const entry = (kind: string, amount = 1) =>
  `INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
   VALUES (gen_random_uuid(), $1, '${kind}', ${amount}, 'EUR', 'another key', now())`;
const operation = (key: string) =>
  `INSERT INTO operation (key, payment_id, kind, next_try_at, created_at, keyed_at) VALUES ('${key}', $1, 'REFUND', now(), now(), now())`;
const set = (change: string) => `UPDATE payment SET ${change} WHERE id = $1`;

test.each([
  ['more captured than held', set('captured = 5001'), 'payment_captured_within_authorized'],
  ['more held than asked for', set('authorized = 5001'), 'payment_authorized_within_amount'],
  ['more refunded than captured', set('refunded = 5001'), 'payment_refunded_within_captured'],
  ['more disputed than captured', set('disputed = 5001'), 'payment_disputed_within_captured'],
  ['more refunded and refunding than captured', set('refunding = 5001'), 'payment_refunding_within_captured'],
  ['less than nothing refunding', set('refunding = -1'), 'payment_refunding_within_captured'],
  [
    'a failed refund without a reason',
    `INSERT INTO refund (id, payment_id, amount, state, requested_by, reason, requested_at, ended_at)
     VALUES ('ref', $1, 1, 'FAILED', 'ORDER', 'r', now(), now())`,
    'refund_failed_with_failure',
  ],
  ['a negative amount', set('amount = -1, authorized = 0, captured = 0'), 'payment_amount_not_negative'],
  ['a void that keeps money', set("status = 'VOIDED'"), 'payment_undone_keeps_nothing'],
  [
    'a whole refund that keeps what no bank has called back',
    set("status = 'REFUNDED', refunded = 3000, disputed = 999"),
    'payment_undone_keeps_nothing',
  ],
  ['a decline without a reason', set("status = 'DECLINED', refunded = captured"), 'payment_declined_with_reason'],
  ['a second hold', entry('AUTHORIZATION'), 'ledger_entry_once'],
  ['a second release', entry('VOID'), 'ledger_entry_once'],
  ['a ledger entry of nothing', entry('REFUND', 0), 'ledger_entry_amount_positive'],
  ['a changed ledger entry', 'UPDATE ledger_entry SET amount = 1 WHERE payment_id = $1', 'append-only'],
  ['a deleted ledger entry', 'DELETE FROM ledger_entry WHERE payment_id = $1', 'append-only'],
  [
    'two open operations of one payment',
    `WITH first AS (${operation('one')} RETURNING 1) ${operation('two')}`,
    'operation_one_open',
  ],
  [
    'a second payment of an order while the first keeps money',
    `INSERT INTO payment SELECT (jsonb_populate_record(p, '{"id": "pay_2", "attempt_id": "att_2", "reference": "pi_2"}')).*
       FROM payment p WHERE id = $1`,
    'payment_one_open_per_order',
  ],
])('%s is refused', async (_, statement, complaint) => {
  await expect(database.query(statement, [paymentId])).rejects.toThrow(complaint);
});

test('a ledger cannot be truncated either', async () => {
  await expect(database.query('TRUNCATE ledger_entry')).rejects.toThrow('append-only');
});
