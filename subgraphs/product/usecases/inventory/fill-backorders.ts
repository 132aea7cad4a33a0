import type { VariantId } from '#contracts/ids.ts';
import { fillable } from '../../domain/inventory/reservation-lines.ts';
import type { Movement } from '../../domain/inventory/stock.ts';
import type { Stores } from '../ports.ts';
import { moveStock } from './move-stock.ts';

// 50 lines of a variant in a transaction, in which its stock is locked.
const linesAtOnce = 50;

/**
 * Gives what has come in to the paid orders that wait for it. What is available does not change by it: it was theirs before.
 * Returns the variants of which more may be filled than one transaction does.
 */
export const fillBackorders = async (
  stores: Stores,
  variantIds: readonly VariantId[],
): Promise<readonly VariantId[]> => {
  if (variantIds.length === 0) return [];
  const { stock, reservations } = stores;
  const levels = await stock.lockLevels(variantIds);
  const owed = await reservations.owed(variantIds, linesAtOnce);
  const filled = fillable(owed, levels);
  if (filled.length === 0) return [];
  await reservations.markFilled(filled);
  await moveStock(
    stores,
    filled.map((line): Movement => ({ ...line, kind: 'BACKORDER_FILL' })),
  );
  return variantIds.filter((id) => filled.filter(({ variantId }) => variantId === id).length === linesAtOnce);
};
