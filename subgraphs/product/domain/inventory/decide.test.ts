import { describe, expect, it } from 'vitest';
import { namedId, type VariantId } from '#contracts/ids.ts';
import { LocationCode } from '#contracts/messages/stock.ts';
import { money } from '#contracts/money.ts';
import { decideReservation, type Offer, perVariant } from './decide.ts';

const [lamp, tent] = [namedId('Variant', 'lamp'), namedId('Variant', 'tent')].sort() as [VariantId, VariantId];
const gone = namedId('Variant', 'gone');
const price = money(1_000, 'EUR');
const at = (code: string) => LocationCode.parse(code);
const main = at('main');
const offer = (fields: Partial<Offer> = {}): Offer => ({
  ...{
    prices: { EUR: 1_000 },
    status: 'PUBLISHED',
    levels: [{ location: main, available: 5 }],
    policy: 'TRACKED',
    owedAt: main,
  },
  ...fields,
});
const line = (variantId: VariantId, quantity: number, unitPrice = price) => ({ variantId, quantity, unitPrice });
const attempt = {
  attemptId: namedId('Attempt', 'a'),
  orderId: namedId('Order', 'o'),
  expiresAt: new Date('2026-01-01T00:00:00Z'),
};

const decideOn = (lines: Parameters<typeof perVariant>[0], offers: [VariantId, Offer][]) =>
  decideReservation(attempt, perVariant(lines), new Map(offers));

describe('perVariant', () => {
  it('adds up the lines of one variant, in order of the ids', () => {
    expect(perVariant([line(tent, 1), line(lamp, 2), line(tent, 3)])).toEqual([
      { variantId: lamp, quantity: 2, unitPrices: [price] },
      { variantId: tent, quantity: 4, unitPrices: [price, price] },
    ]);
  });
});

describe('decideReservation', () => {
  it('holds every line when all is there at the expected price', () => {
    const { reservation, movement, reply } = decideOn([line(lamp, 5)], [[lamp, offer()]]);
    expect(reservation).toMatchObject({
      status: 'RESERVED',
      lines: [{ variantId: lamp, quantity: 5, location: main }],
    });
    expect(movement).toBe('RESERVATION');
    expect(reply).toMatchObject({ type: 'stock.reserved', data: { expiresAt: '2026-01-01T00:00:00.000Z' } });
  });

  it('names every line that is short, and only those', () => {
    const { reservation, movement } = decideOn(
      [line(lamp, 2), line(tent, 1), line(lamp, 4)],
      [
        [lamp, offer()],
        [tent, offer({ levels: [{ location: main, available: 1 }] })],
      ],
    );
    expect(movement).toBeUndefined();
    expect(reservation).toMatchObject({
      status: 'REJECTED',
      lines: [],
      rejection: {
        reason: 'INSUFFICIENT_STOCK',
        lines: [{ variantId: lamp, requested: 6, available: 5, currentPrice: price }],
      },
    });
  });

  it('draws on the locations in the order given, each as far as it goes', () => {
    const levels = [
      { location: at('seoul'), available: 2 },
      { location: at('sold-out'), available: 0 },
      { location: main, available: 3 },
      { location: at('outlet'), available: 9 },
    ];
    expect(decideOn([line(lamp, 4)], [[lamp, offer({ levels })]]).reservation.lines).toEqual([
      { variantId: lamp, location: 'seoul', quantity: 2, source: 'STOCK' },
      { variantId: lamp, location: 'main', quantity: 2, source: 'STOCK' },
    ]);
    const { rejection } = decideOn([line(lamp, 15)], [[lamp, offer({ levels })]]).reservation;
    expect(rejection?.lines).toMatchObject([{ requested: 15, available: 14 }]);
  });

  it('rejects a price of another amount or another currency, and replies with the current one', () => {
    for (const stale of [money(999, 'EUR'), money(1_000, 'USD')]) {
      const { reservation } = decideOn([line(lamp, 1), line(lamp, 1, stale)], [[lamp, offer()]]);
      expect(reservation.rejection).toEqual({
        reason: 'PRICE_CHANGED',
        lines: [{ variantId: lamp, requested: 2, available: 5, currentPrice: price }],
      });
    }
  });

  it.each([
    ['unknown', undefined],
    ['a draft', offer({ status: 'DRAFT' })],
    ['archived', offer({ status: 'ARCHIVED' })],
  ])('rejects what is %s, without telling what it costs or how many there are', (_, unavailable) => {
    const { reservation } = decideOn([line(gone, 1)], unavailable ? [[gone, unavailable]] : []);
    expect(reservation.rejection).toEqual({
      reason: 'UNAVAILABLE',
      lines: [{ variantId: gone, requested: 1, available: 0, currentPrice: null }],
    });
  });

  it('gives the most serious reason: not for sale, then another price, then too few', () => {
    const short = line(lamp, 9);
    const stale = line(tent, 1, money(1, 'EUR'));
    const offers: [VariantId, Offer][] = [
      [lamp, offer()],
      [tent, offer()],
    ];
    expect(decideOn([short, stale], offers).reservation.rejection?.reason).toBe('PRICE_CHANGED');
    expect(decideOn([short, stale, line(gone, 1)], offers).reservation.rejection?.reason).toBe('UNAVAILABLE');
  });
});
