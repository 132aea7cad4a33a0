import { expect, test } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import * as notice from './notification.ts';

const ada = namedId('User', 'ada');
const order = {
  orderId: namedId('Order', '1'),
  number: 'AG-7K3M-9QXT',
  customerId: ada,
  total: { amount: 4_999, currency: 'EUR' as const },
};

test('welcomes a customer by name', () => {
  expect(notice.welcome({ userId: ada, displayName: 'Ada' })).toMatchObject({
    userId: ada,
    kind: 'WELCOME',
    title: 'Welcome, Ada',
    orderId: null,
  });
});

test.each([
  ['ORDER_PLACED', notice.orderPlaced],
  ['ORDER_CONFIRMED', notice.orderConfirmed],
  ['ORDER_REJECTED', notice.orderRejected],
  ['ORDER_PAYMENT_FAILED', notice.orderPaymentFailed],
  ['ORDER_CANCELLED', notice.orderCancelled],
  ['ORDER_NEEDS_ATTENTION', notice.orderNeedsAttention],
] as const)('%s goes to the customer and names the order', (kind, make) => {
  const made = make(order);
  expect(made).toMatchObject({ userId: ada, kind, orderId: order.orderId });
  expect(made.title).toContain('AG-7K3M-9QXT');
});

test('writes amounts as people read them', () => {
  expect(notice.orderConfirmed(order).body).toContain('49.99 EUR');
});
