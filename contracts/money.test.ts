import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, equals, format, isMore, Money, money, subtract, sum, times, zero } from './money.ts';

const cents = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((amount) => money(amount, 'EUR'));

test('a sum is exact and does not depend on the order', () => {
  fc.assert(
    fc.property(fc.array(cents, { maxLength: 50 }), (amounts) => {
      expect(sum(amounts, 'EUR')).toEqual(sum(amounts.toReversed(), 'EUR'));
    }),
  );
});

test('subtracting undoes adding', () => {
  fc.assert(fc.property(cents, cents, (a, b) => equals(subtract(add(a, b), b), a)));
});

test('a quantity times a price is that many prices', () => {
  expect(times(money(1999, 'EUR'), 3)).toEqual(money(5997, 'EUR'));
  expect(times(money(1999, 'EUR'), 0)).toEqual(zero('EUR'));
});

test('two currencies never meet', () => {
  expect(() => add(money(1, 'EUR'), money(1, 'USD'))).toThrow('cannot combine EUR with USD');
  expect(() => isMore(money(1, 'EUR'), money(1, 'USD'))).toThrow();
  expect(equals(money(1, 'EUR'), money(1, 'USD'))).toBe(false);
});

test('half a minor unit, an amount past exact integers and an unknown currency are no money', () => {
  expect(() => money(0.5, 'EUR')).toThrow();
  expect(() => money(2 ** 53, 'EUR')).toThrow();
  expect(Money.safeParse({ amount: 1, currency: 'XXX' }).success).toBe(false);
});

test('people read it with the digits of its currency', () => {
  expect(format(money(1205, 'EUR'))).toBe('12.05 EUR');
  expect(format(money(12_000, 'KRW'))).toBe('12000 KRW');
});
