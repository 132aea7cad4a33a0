import { outboxRow, reply, seededViolations } from '../violations.fixture.ts';
import { messageRules } from './messages.ts';

const capture = outboxRow({
  ...{ id: 'msg_capture', type: 'payment.capture', aggregate: 'order', aggregateId: 'ord_1', sequence: 3 },
  data: '{"attemptId": "att_1", "orderId": "ord_1"}',
});

seededViolations(messageRules, [
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
]);
