import { expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { isUsable, methodKey, type PayWith, payWith, secretOf } from './payment-method.ts';

const returnUrl = 'https://shop.example/orders/1?a=b';

test.each<[string, PayWith]>([
  ['tok_approve', { token: 'tok_approve' }],
  // Words of our own, which a customer may send as a token.
  ...['saved', 'returns'].map((token): [string, PayWith] => [token, { token }]),
  ['saved cus_1 pm_1', { saved: { reference: 'pm_1', customerReference: 'cus_1' } }],
  ['saved - pm_1', { saved: { reference: 'pm_1', customerReference: null } }],
  [`returns ${returnUrl} tok_approve`, { token: 'tok_approve', returnUrl }],
  [`returns ${returnUrl} saved cus_1 pm_1`, { saved: { reference: 'pm_1', customerReference: 'cus_1' }, returnUrl }],
])('"%s" is how an operation keeps what it pays with', (secret, method) => {
  expect(secretOf(method)).toBe(secret);
  expect(payWith(secret)).toEqual(method);
});

test('an address is kept without blanks', () => {
  const secret = secretOf({ token: 'tok_approve', returnUrl: 'https://shop.example/an order' });
  expect(payWith(secret)).toEqual({ token: 'tok_approve', returnUrl: 'https://shop.example/an%20order' });
});

test.each([
  ['ACTIVE', null, true],
  ['ACTIVE', new Date(0), false],
  ['SAVING', null, false],
  ['REFUSED', null, false],
] as const)('one that is %s and was removed at %s: %s to be paid with', (state, removedAt, is) => {
  expect(isUsable({ state, removedAt })).toBe(is);
});

test('saving and removing one are two calls', () => {
  const id = newId('PaymentMethod');
  expect([methodKey({ id }, 'save'), methodKey({ id }, 'remove')]).toEqual([`${id}-save`, `${id}-remove`]);
});
