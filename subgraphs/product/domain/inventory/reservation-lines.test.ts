import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { LocationCode } from '#contracts/messages/stock.ts';
import { fillable, linesFor, movementsOf, type ReservationLine, type Supply } from './reservation-lines.ts';
import type { LevelAt } from './stock.ts';

const variantId = namedId('Variant', 'lamp');
const attemptId = namedId('Attempt', 'a');
const [main, seoul] = [LocationCode.parse('main'), LocationCode.parse('seoul')];
const supply = (changes: Partial<Supply> = {}): Supply => ({
  policy: 'BACKORDER',
  levels: [
    { location: seoul, available: 2 },
    { location: main, available: 1 },
  ],
  owedAt: main,
  ...changes,
});
const line = (source: ReservationLine['source'], quantity: number, location = main): ReservationLine => ({
  ...{ variantId, location, quantity, source },
});

describe('lines', () => {
  it.each([
    ['BACKORDER', 3, [line('STOCK', 2, seoul), line('STOCK', 1)]],
    ['BACKORDER', 5, [line('STOCK', 2, seoul), line('STOCK', 1), line('BACKORDER', 2)]],
    ['UNTRACKED', 5, [line('UNTRACKED', 5)]],
  ] as const)('of a variant that is %s, for %i', (policy, quantity, expected) => {
    expect(linesFor({ variantId, quantity }, supply({ policy }))).toEqual(expected);
  });
});

describe('movements', () => {
  const lines = [line('STOCK', 2), line('UNTRACKED', 1), line('BACKORDER', 3), line('BACKORDER_FILLED', 4)];
  const kinds = (move: Parameters<typeof movementsOf>[1]) =>
    movementsOf({ attemptId, lines }, move).map(({ kind, quantity }) => `${kind} ${quantity}`);

  it.each([
    ['RESERVATION', ['RESERVATION 2', 'BACKORDER 3']],
    ['RELEASE', ['RELEASE 2', 'BACKORDER_RELEASE 3']],
    // What is owed is sold when it is there, and stays owed until then.
    ['SALE', ['SALE 2']],
    // Two sources go back to one place in one movement: an attempt moves a variant once in each way.
    ['RETURN', ['RETURN 6', 'BACKORDER_RELEASE 3']],
  ] as const)('of a %s are by source', (move, expected) => {
    expect(kinds(move)).toEqual(expected);
  });
});

describe('what comes in', () => {
  const owed = (quantity: number, name: string, location = main) => ({
    ...{ variantId, location, quantity, attemptId: namedId('Attempt', name) },
  });
  const level = (onHand: number, reserved = 0, location = main): LevelAt => ({
    ...{ location, onHand, reserved, backordered: 9 },
  });
  const filled = (lines: ReturnType<typeof owed>[], ...levels: LevelAt[]) =>
    fillable(lines, new Map([[variantId, levels]])).map(({ quantity }) => quantity);

  it.each([
    ['all that fit', [2, 3], 5, [2, 3]],
    ['whole lines', [2, 3], 4, [2]],
    ['the oldest first: a small one does not overtake a large one', [3, 1], 2, []],
  ] as const)('fills %s', (_, quantities, onHand, expected) => {
    const lines = quantities.map((quantity, n) => owed(quantity, `${n}`));
    expect(filled(lines, level(onHand))).toEqual(expected);
  });

  it('is not what others have reserved, nor what is at another location', () => {
    expect(filled([owed(2, 'a')], level(3, 2), level(9, 0, seoul))).toEqual([]);
    expect(filled([owed(2, 'a', seoul)], level(3, 2), level(9, 0, seoul))).toEqual([2]);
    expect(fillable([owed(1, 'a')], new Map())).toEqual([]);
  });
});
