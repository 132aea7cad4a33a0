import { outboxRow, reply, seededViolations } from '../violations.fixture.ts';
import { messageRules } from './messages.ts';

const capture = outboxRow({
  ...{ id: 'msg_capture', type: 'payment.capture', aggregate: 'order', aggregateId: 'ord_1', sequence: 3 },
  data: '{"attemptId": "att_1", "orderId": "ord_1"}',
});

const cancel = outboxRow({
  ...{ id: 'msg_cancel', type: 'payment.cancel', aggregate: 'order', aggregateId: 'ord_1', sequence: 3 },
  data: '{"attemptId": "att_1", "orderId": "ord_1"}',
});
/** What happened at the provider, without a call of ours, a moment before. */
const at = `now() - interval '50 minutes'`;
const moved = (kind: string) => `INSERT INTO ledger_entry (id, payment_id, kind, amount, currency, operation_key, at)
    VALUES ('led_3', 'pay_1', '${kind}', 1000, 'EUR', 'sim_1', ${at})`;
const partlyCaptured = `UPDATE ledger_entry SET operation_key = 'sim_1', amount = 4000, at = ${at} WHERE kind = 'CAPTURE';
  UPDATE payment SET captured = 4000; ${moved('VOID')}`;
const status = (name: string, captured = 0) => `UPDATE payment SET status = '${name}', captured = ${captured}`;
const replies = (...types: readonly string[]) =>
  types.map((type, at) => reply(`msg_r${at + 1}`, `payment.${type}`, at + 1)).join('; ');
const processed = (count: number) =>
  Array.from({ length: count }, (_, at) => `INSERT INTO inbox_message (id, type) VALUES ('msg_r${at + 1}', 'x')`).join(
    '; ',
  );
const processedCommand = `INSERT INTO inbox_message (id, type) VALUES ('msg_cancel', 'x')`;

seededViolations(
  messageRules,
  [
    [
      'commands-take-effect-once',
      'a command took effect twice',
      {
        order: capture,
        payment: `${reply('msg_once', 'payment.captured', 1)}; ${reply('msg_twice', 'payment.capture-failed', 2)}`,
      },
    ],
    [
      'commands-take-effect-once',
      'a reply without its command',
      { order: capture, payment: reply('msg_a', 'payment.cancelled', 1) },
    ],
    [
      'commands-take-effect-once',
      'a hold that ended once, and was reported twice',
      {
        order: cancel,
        payment: `${status('VOIDED')}; ${moved('EXPIRY')}; ${replies('cancelled', 'cancelled', 'cancelled')}`,
      },
    ],
    [
      'commands-take-effect-once',
      'a cancel answered twice, beside a capture at the provider that let go of the rest',
      {
        order: cancel,
        payment: `${partlyCaptured}; ${replies('cancelled', 'cancelled')}`,
      },
    ],
    ['outboxes-drain', 'nothing publishes', { order: `UPDATE outbox_message SET published_at = NULL` }],
    [
      'event-sequences-have-no-gaps',
      'a number is left out',
      {
        order: `UPDATE outbox_message SET sequence = 7 WHERE type = 'order.confirmed'`,
      },
    ],
    [
      'event-sequences-have-no-gaps',
      'the first is gone',
      { order: `DELETE FROM outbox_message WHERE type = 'order.placed'` },
    ],
    ['messages-are-processed', 'it was never processed', { user: 'DELETE FROM inbox_message' }],
  ],
  [
    [
      'a hold that expired before it was cancelled',
      {
        order: `${cancel}; ${processed(2)}`,
        payment: `${status('VOIDED')}; ${moved('EXPIRY')}; ${replies('cancelled', 'cancelled')}; ${processedCommand}`,
      },
    ],
    [
      'a void at the provider that no order asked for',
      { order: processed(1), payment: `${status('VOIDED')}; ${moved('VOID')}; ${replies('cancelled')}` },
    ],
    [
      'a capture at the provider, of a part, that no order asked for',
      {
        order: processed(1),
        payment: `${partlyCaptured}; ${replies('captured')}`,
      },
    ],
    [
      'a refund at the provider that did what a refused cancel could not',
      {
        order: `${cancel}; ${processed(2)}`,
        payment: `${status('REFUNDED', 5_000)}; ${moved('REFUND')}; ${replies('cancel-failed', 'cancelled')}; ${processedCommand}`,
      },
    ],
  ],
);
