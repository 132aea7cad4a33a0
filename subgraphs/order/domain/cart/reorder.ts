/** What an order was for, in a cart again. */
import type { VariantId } from '#contracts/ids.ts';
import type { OrderLine } from '../order/order.ts';
import { type Cart, type CatalogueEntry, mergedUnits } from './cart.ts';

export interface MissingLine {
  readonly variantId: VariantId;
  readonly sku: string;
  readonly title: string;
  /** Units that were not added. */
  readonly quantity: number;
  readonly reason: 'UNAVAILABLE' | 'CURRENCY' | 'LIMIT';
}

/** The variants of which the cart then has another quantity, and which that is; and what it does not take. */
export const reorderInto = (
  cart: Cart,
  catalogue: ReadonlyMap<VariantId, CatalogueEntry>,
  ordered: readonly OrderLine[],
) => {
  const prices = ({ variantId }: OrderLine) => catalogue.get(variantId)?.prices ?? {};
  const isToBeHad = (line: OrderLine) => prices(line)[cart.currency] !== undefined;
  const changed = mergedUnits(cart, catalogue, ordered.filter(isToBeHad));
  const left = new Map(
    changed.map(({ variantId, quantity }) => [variantId, quantity - (unitsOf(cart, variantId) ?? 0)] as const),
  );
  const missing = ordered.flatMap((line): MissingLine[] => {
    const { variantId, sku, title } = line;
    const added = Math.min(line.quantity, left.get(variantId) ?? 0);
    left.set(variantId, (left.get(variantId) ?? 0) - added);
    const quantity = line.quantity - added;
    if (quantity === 0) return [];
    const isForSale = Object.keys(prices(line)).length > 0;
    const reason = isToBeHad(line) ? 'LIMIT' : isForSale ? 'CURRENCY' : 'UNAVAILABLE';
    return [{ variantId, sku, title, quantity, reason }];
  });
  return { changed, missing };
};

const unitsOf = ({ lines }: Cart, id: VariantId) => lines.find(({ variantId }) => variantId === id)?.quantity;
