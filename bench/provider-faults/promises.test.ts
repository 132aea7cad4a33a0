import { expect, test } from 'vitest';
import { brokenPromises, type MoneyAtProvider, type Order } from './promises.ts';

const anOrder = (changes: Partial<Order> = {}): Order => ({
  ...{ id: 'ord_1', number: 'AG-1', status: 'CONFIRMED', total: 500 },
  ...changes,
});
const paid = (changes: Partial<MoneyAtProvider> = {}): MoneyAtProvider => ({
  ...{ reference: 'pi_1', orderId: 'ord_1', captures: 1, captured: 500, refunded: 0, held: 0 },
  ...changes,
});
const refunded = paid({ reference: 'pi_0', refunded: 500 });
const declined = paid({ reference: 'pi_0', captures: 0, captured: 0 });

test.each([
  ['paid once', [anOrder()], [paid()]],
  ['paid at the second try', [anOrder()], [declined, paid()]],
  ['cancelled, and refunded', [anOrder({ status: 'CANCELLED' })], [refunded]],
  ['declined', [anOrder({ status: 'PAYMENT_FAILED' })], [declined]],
])('%s: as promised', (_, orders, money) => {
  expect(brokenPromises(['ord_1'], orders, money)).toEqual([]);
});

test.each([
  ['lost', [], [], 'ord_1 was acknowledged, and is not there'],
  ['stuck', [anOrder({ status: 'CAPTURING' })], [declined], 'AG-1 has not ended: CAPTURING'],
  ['confirmed unpaid', [anOrder()], [refunded], 'AG-1 is CONFIRMED over 500, and 0 was paid'],
  ['cancelled and kept', [anOrder({ status: 'CANCELLED' })], [paid()], 'AG-1 is CANCELLED over 500, and 500 was paid'],
  ['paid twice', [anOrder()], [paid(), paid({ reference: 'pi_2' })], 'AG-1 is CONFIRMED over 500, and 1000 was paid'],
  ['captured twice', [anOrder()], [paid({ captures: 2 })], 'pi_1 of AG-1 was captured 2 times'],
  ['held', [anOrder()], [paid({ held: 500 })], 'pi_1 of AG-1 still holds 500'],
])('%s: said so', (_, orders, money, sentence) => {
  expect(brokenPromises(['ord_1'], orders, money)).toEqual([sentence]);
});

test('money of no order: said so', () => {
  expect(brokenPromises([], [], [paid({ orderId: 'ord_9' })])).toEqual(['pi_1 is paid or held without an order']);
});
