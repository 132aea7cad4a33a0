/** The decisions about what staff and returns do to the stock. Pure: a use case locks, decides here, and moves. */
import type { DataOf } from '#contracts/envelope.ts';
import type { VariantId } from '#contracts/ids.ts';
import type { LocationCode, ReturnStock } from '#contracts/messages/stock.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import {
  type InsufficientStockOnHand,
  insufficientStockOnHand,
  type StockReserved,
  stockReserved,
} from './failures.ts';
import { type Movement, type StockLevel, unreserved } from './stock.ts';

/** By how many units, or how many there turned out to be. */
export type Adjustment = { readonly quantity: number } | { readonly countedUnits: number };

/** By how many units the level changes: 0 for a count that finds what was expected. */
export const decideAdjustment = (
  level: StockLevel,
  adjustment: Adjustment,
): Result<number, StockReserved | InsufficientStockOnHand> => {
  const after = 'quantity' in adjustment ? level.onHand + adjustment.quantity : adjustment.countedUnits;
  if (after < 0) return fail(insufficientStockOnHand(level));
  return after < level.reserved ? fail(stockReserved(level)) : ok(after - level.onHand);
};

/** Only units that nobody has reserved may leave: a reservation is drawn on its location. */
export const decideTransfer = (
  from: StockLevel,
  quantity: number,
): Result<number, StockReserved | InsufficientStockOnHand> => {
  if (quantity > from.onHand) return fail(insufficientStockOnHand(from));
  return quantity > unreserved(from) ? fail(stockReserved(from)) : ok(quantity);
};

export type Disposition = DataOf<typeof ReturnStock>['lines'][number]['disposition'];

export interface ReturnedUnits {
  readonly variantId: VariantId;
  readonly location: LocationCode;
  readonly quantity: number;
  readonly disposition: Disposition;
}

/**
 * What came back is a RETURN, whatever becomes of it: what was sold and what returned stay comparable. What is scrapped
 * leaves again at once. One movement of each kind per variant and location: the reference is used once.
 */
export const returnMovements = (lines: readonly ReturnedUnits[], reference: string, reason?: string): Movement[] =>
  [...Map.groupBy(lines, ({ variantId, location }) => `${variantId} ${location}`).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const of = { variantId: first.variantId, location: first.location, reference, ...(reason && { reason }) };
    const sum = (some: readonly ReturnedUnits[]) => some.reduce((total, { quantity }) => total + quantity, 0);
    const scrapped = sum(same.filter(({ disposition }) => disposition === 'SCRAP'));
    const back: Movement = { ...of, kind: 'RETURN', quantity: sum(same) };
    return scrapped > 0 ? [back, { ...of, kind: 'SCRAP', quantity: scrapped }] : [back];
  });
