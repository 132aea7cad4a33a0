import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderNumber, orderNumberBytes, readOrderNumber } from './order-number.ts';

const random = fc.uint8Array({ minLength: orderNumberBytes, maxLength: orderNumberBytes });

describe('an order number', () => {
  it('uses every bit it is given, so that two of them only meet by chance', () => {
    expect(orderNumber(Uint8Array.of(0, 0, 0, 0, 0))).toBe('AG-0000-0000');
    expect(orderNumber(Uint8Array.of(0, 0, 0, 0, 1))).toBe('AG-0000-0001');
    expect(orderNumber(Uint8Array.of(0x80, 0, 0, 0, 0))).toBe('AG-G000-0000');
    expect(orderNumber(Uint8Array.of(255, 255, 255, 255, 255))).toBe('AG-ZZZZ-ZZZZ');
  });

  it('is read back however it is typed', () => {
    fc.assert(
      fc.property(random, (bytes) => {
        const number = orderNumber(bytes);
        expect(readOrderNumber(number)).toBe(number);
        expect(readOrderNumber(` ${number.toLowerCase().replaceAll('-', '')} `)).toBe(number);
        expect(readOrderNumber(`AG${number.slice(2).replaceAll('0', 'o').replaceAll('1', 'L')}`)).toBe(number);
      }),
    );
  });

  it.each(['', 'AG', 'AG-1234', 'AG-1234-56789', 'XX-1234-5678', 'AG-1234-567U', "AG-1234-567'"])(
    'is not read from %j',
    (text) => expect(readOrderNumber(text)).toBeUndefined(),
  );

  it('takes exactly as many random bytes as it shows', () => {
    expect(() => orderNumber(Uint8Array.of(1))).toThrow('5 bytes');
  });
});
