import { expect, test } from 'vitest';
import { money } from '#contracts/money.ts';
import { aPayment } from '#kit/payment/builders.ts';
import { balanceOf } from './payment.ts';

test('the balance is captured minus refunded, over all attempts', () => {
  const payments = [
    aPayment({ status: 'DECLINED' }),
    aPayment({ authorized: 5_000, captured: 5_000, refunded: 1_500 }),
    aPayment({ authorized: 700, captured: 700 }),
  ];
  expect(balanceOf(payments)).toEqual(money(4_200, 'EUR'));
  expect(balanceOf([])).toBeNull();
});
