import { expect, test } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { orderTexts } from '../customer-texts.ts';
import { type OrderNoticeKind, orderNotice } from './notification.ts';

const order = {
  orderId: namedId('Order', '1'),
  number: 'AG-7K3M-9QXT',
  customerId: namedId('User', 'ada'),
  total: { amount: 4_999, currency: 'EUR' as const },
};

test.each(Object.keys(orderTexts) as OrderNoticeKind[])(
  '%s is addressed to the customer and names the order',
  (kind) => {
    const notice = orderNotice(kind, order);
    expect(notice).toMatchObject({ userId: order.customerId, kind, orderId: order.orderId });
    expect(notice?.title).toContain('AG-7K3M-9QXT');
  },
);

test('formats amounts for people', () => {
  expect(orderNotice('ORDER_CONFIRMED', order)?.body).toContain('49.99 EUR');
});
