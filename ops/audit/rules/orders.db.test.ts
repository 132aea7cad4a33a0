import { seededViolations, withoutOrder } from '../violations.fixture.ts';
import { orderRules } from './orders.ts';

seededViolations(orderRules, [
  ['promised-orders-exist', 'an order is gone with all its rows', { order: withoutOrder }],
  [
    'promised-orders-exist',
    'an announced order is gone',
    { order: `DELETE FROM idempotency_key; DELETE FROM customer_order` },
  ],
  [
    'orders-have-placed-events',
    'its message is gone',
    { order: `DELETE FROM outbox_message WHERE type = 'order.placed'` },
  ],
  [
    'order-deadlines-are-met',
    'its deadline passed an hour ago',
    { order: `UPDATE customer_order SET status = 'CAPTURING', step_deadline = now() - interval '1 hour'` },
  ],
  [
    'no-order-needs-attention',
    'it waits for an operator',
    { order: `UPDATE customer_order SET status = 'NEEDS_ATTENTION'` },
  ],
  ['order-totals-add-up', 'a line costs less', { order: 'UPDATE order_line SET unit_amount = unit_amount - 1' }],
  ['order-timelines-are-complete', 'the first entry is gone', { order: 'DELETE FROM order_event WHERE version = 1' }],
  ['order-timelines-are-complete', 'all are gone', { order: 'DELETE FROM order_event' }],
  [
    'order-timelines-are-complete',
    'the last has another status',
    { order: `UPDATE order_event SET status = 'CAPTURING'` },
  ],
  [
    'order-timelines-are-complete',
    'one is numbered beyond the last',
    { order: 'UPDATE order_event SET version = 3 WHERE version = 1' },
  ],
]);
