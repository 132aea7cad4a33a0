import { expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import {
  cartLineNotFound,
  currencyMismatch,
  emptyCart,
  orderNotCancellable,
  orderNotPayable,
  orderNotResumable,
  variantUnavailable,
} from './failures.ts';

const orderId = namedId('Order', 'one');
const lines = ['one', 'two'].map((name) => ({ variantId: namedId('Variant', name), sku: name }));

// The kind is the name of the GraphQL type.
it.each([
  [emptyCart, { kind: 'EmptyCart', message: 'There is nothing in the cart to order.' }],
  [cartLineNotFound, { kind: 'CartLineNotFound', message: 'This line is no longer in the cart.' }],
  [
    orderNotCancellable(orderId),
    { kind: 'OrderNotCancellable', message: 'This order cannot be cancelled now.', orderId },
  ],
  [orderNotPayable(orderId), { kind: 'OrderNotPayable', message: 'This order is not waiting for a payment.', orderId }],
  [orderNotResumable(orderId), { kind: 'OrderNotResumable', message: 'This order has no failed undo.', orderId }],
  [variantUnavailable([]), { kind: 'VariantUnavailable', message: 'This item is not for sale.', lines: [] }],
  [
    variantUnavailable(lines.slice(1)),
    { kind: 'VariantUnavailable', message: 'This item is not for sale.', lines: lines.slice(1) },
  ],
  [variantUnavailable(lines), { kind: 'VariantUnavailable', message: 'Some of these items are not for sale.', lines }],
  [
    currencyMismatch('EUR', ['USD']),
    {
      ...{ kind: 'CurrencyMismatch', cartCurrency: 'EUR', variantCurrencies: ['USD'] },
      message: 'The cart is in EUR. Order what you want in another currency separately.',
    },
  ],
])('%o', (failure, expected) => {
  expect(failure).toEqual(expected);
});
