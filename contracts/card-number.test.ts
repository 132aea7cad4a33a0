import { describe, expect, test } from 'vitest';
import { hasCardNumber, maskCardNumbers } from './card-number.ts';
import { newId } from './ids.ts';

// Published test numbers of the issuers.
const cards = [
  '4242424242424242',
  '4222222222222',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '36227206271667',
  '3566002020360505',
  '6011111111111117',
  '6205500000000000004',
  '6759649826438453',
];

describe('a card number', () => {
  test.each(cards)('%s is one', (number) => {
    expect(hasCardNumber(number)).toBe(true);
    expect(maskCardNumbers(number)).toBe(`[card number …${number.slice(-4)}]`);
  });

  test.each([
    ['4242 4242 4242 4242', '[card number …4242]'],
    ['4242-4242-4242-4242', '[card number …4242]'],
    ['4242.4242.4242.4242', '[card number …4242]'],
    ['4242\u00a04242\u00a04242\u00a04242', '[card number …4242]'],
    ['3782 822463 10005', '[card number …0005]'],
    ['6205 5000 0000 0000 004', '[card number …0004]'],
    ['tok_4242424242424242', 'tok_[card number …4242]'],
    ['card4242424242424242', 'card[card number …4242]'],
    ['{"pan":"4242424242424242","cvc":"123"}', '{"pan":"[card number …4242]","cvc":"123"}'],
    ['a 4242424242424242 and 378282246310005.', 'a [card number …4242] and [card number …0005].'],
  ])('is found in %j', (text, masked) => {
    expect(hasCardNumber(text)).toBe(true);
    expect(maskCardNumbers(text)).toBe(masked);
  });

  test.each([
    '42 42 42 42 42 42 42 42',
    '4-242-4242-4242-4242',
    '42424242 42424242',
    '４２４２ ４２４２ ４２４２ ４２４２',
  ])('is refused as the whole text, grouped as in %j', (text) => {
    expect(hasCardNumber(text)).toBe(true);
  });
});

describe('what merely looks alike', () => {
  test.each([
    ['another check digit', '4242424242424241'],
    ['no issuer', '1111111111111117'],
    ['too short', '424242424242'],
    ['too long', '42424242424242424242'],
    ['a zero', '0000000000000000'],
    ['a time stamp in milliseconds', '1732662000003'],
    ['a time stamp in nanoseconds', '1732662000000000003'],
    ['a snowflake id', '1541815603606036480'],
    ['an order number', 'AG-4242-4242'],
    ['an order number of another shop', '2026-11-26-00001234'],
    ['an EAN', '4006381333931'],
    ['an EAN of Korea', '8801043014809'],
    ['an ISBN', '978-3-16-148410-0'],
    ['a telephone number', '+49 1512 3456 7890'],
    ['an IBAN', 'DE89 3704 0044 0532 0130 00'],
    ['a UUID', '42424242-4242-4424-8242-424242424242'],
    ['a UUID of which some groups look alike', '42424242-4242-4242-a242-4242424242ab'],
    ['a trace id', '0af7651916cd43dd4242424242424242'],
    ['an amount in a sentence', 'EUR 1,234,567,890,123.45'],
    ['an address of a network', '192.168.100.200:4242'],
  ])('%s is none: %s', (_, text) => {
    expect(maskCardNumbers(text)).toBe(text);
    expect(hasCardNumber(text)).toBe(false);
  });

  test('neither ids nor UUIDs ever are', () => {
    for (let round = 0; round < 5_000; round++) {
      expect(hasCardNumber(newId('Attempt'))).toBe(false);
      expect(hasCardNumber(crypto.randomUUID())).toBe(false);
    }
  });
});
