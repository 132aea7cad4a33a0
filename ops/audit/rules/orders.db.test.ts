import { seededViolations, withoutOrder } from '../violations.fixture.ts';
import { orderRules } from './orders.ts';

const promotion = (used: number, usageLimit: number | null) => `
  INSERT INTO promotion (id, title, effect, needs_code, is_exclusive, priority, first_order_only, usage_limit, used, version, created_at)
  VALUES ('pro_1', 'Sale', '{"kind": "FREE_SHIPPING"}', false, false, 0, false, ${usageLimit}, ${used}, 1, now())`;
const redeemed = `INSERT INTO promotion_redemption (order_id, promotion_id, redeemed_at) VALUES ('ord_1', 'pro_1', now())`;
const agreed = `UPDATE customer_order SET pricing = '{"promotions": [{"promotionId": "pro_1"}]}'`;
/** 400 off the lines, 100 off a shipping of 490, and a tax of 19 on top. */
const priced = `UPDATE customer_order SET discount_amount = 500, shipping_amount = 490, shipping_discount = 100, tax_amount = 19,
  total_amount = 5009; UPDATE order_line SET discount_amount = 400, tax_amount = 19`;

seededViolations(
  orderRules,
  [
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
    [
      'order-totals-add-up',
      'a line has another share',
      { order: `${priced}; UPDATE order_line SET discount_amount = 399` },
    ],
    ['order-totals-add-up', 'a tax is on no line', { order: `${priced}; UPDATE order_line SET tax_amount = 0` }],
    [
      'order-totals-add-up',
      'the shipping is not paid',
      { order: `${priced}; UPDATE customer_order SET shipping_amount = 0` },
    ],
    [
      'order-totals-add-up',
      'a tax is included and added',
      { order: `${priced}; UPDATE customer_order SET prices_include_tax = true` },
    ],
    ['orders-have-what-they-redeemed', 'a coupon was redeemed and took nothing off', { order: redeemed }],
    ['orders-have-what-they-redeemed', 'a coupon took something off and was not redeemed', { order: agreed }],
    [
      'orders-have-what-they-redeemed',
      'it was cancelled and keeps its coupon',
      { order: `${agreed}; ${redeemed}; UPDATE customer_order SET status = 'CANCELLED'` },
    ],
    ['redeemed-promotions-are-counted', 'one redemption was lost', { order: promotion(1, 5) }],
    [
      'redeemed-promotions-are-counted',
      'more were redeemed than there are',
      { order: `${promotion(1, 0)}; ${redeemed}` },
    ],
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
  ],
  [
    ['an order with a coupon', { order: `${priced}; ${agreed}; ${promotion(1, 5)}; ${redeemed}` }],
    [
      'an order that was cancelled and has given its coupon back',
      {
        order: `${agreed}; ${promotion(0, 5)}; ${redeemed}; UPDATE promotion_redemption SET given_back_at = now();
          UPDATE customer_order SET status = 'CANCELLED'; UPDATE order_event SET status = 'CANCELLED' WHERE version = 2`,
      },
    ],
  ],
);
