import { seededViolations } from '../violations.fixture.ts';
import { guestRules } from './guests.ts';

const merged = (at = `now() - interval '1 hour'`) =>
  `INSERT INTO guest_merge (guest_id, user_id, merged_at) VALUES ('gst_1', 'usr_1', ${at})`;

seededViolations(guestRules, [
  [
    'payments-have-the-customer-of-their-order',
    'the payment is still the guest’s',
    { payment: `UPDATE payment SET customer_id = 'gst_1'` },
  ],
  [
    'payments-have-the-customer-of-their-order',
    'the order is, an hour after the merge',
    { order: `${merged()}; UPDATE customer_order SET customer_id = 'gst_1'`, payment: merged() },
  ],
  ['guests-become-the-same-user', 'nobody signed in', { order: merged() }],
  ['guests-become-the-same-user', 'somebody else did', { payment: merged(), user: merged().replace('usr_1', 'usr_2') }],
  [
    'merged-guests-have-no-carts-or-orders',
    'a cart was opened after the merge',
    {
      order: `${merged()};
        INSERT INTO cart (id, customer_id, created_at, updated_at) VALUES ('crt_1', 'gst_1', now(), now())`,
    },
  ],
  [
    'merged-guests-have-no-carts-or-orders',
    'an order was left behind',
    { order: `${merged()}; UPDATE customer_order SET customer_id = 'gst_1'` },
  ],
  ['guests-become-the-same-user', 'nobody signed in, in product', { product: merged() }],
  [
    'merged-guests-wait-for-nothing',
    'what the guest waits for was left behind',
    {
      product: `${merged()};
        INSERT INTO stock_alert (variant_id, customer_id, created_at) VALUES ('var_1', 'gst_1', now())`,
    },
  ],
  [
    'merged-guests-have-no-payments',
    'a payment was begun for the guest after the merge',
    { payment: `${merged()}; UPDATE payment SET customer_id = 'gst_1'` },
  ],
]);
