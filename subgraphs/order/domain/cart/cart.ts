/** A cart, and what may be put into it. Prices are the catalogue's, of today. */
import type { CartId, CartLineId, CustomerId, ProductId, VariantId } from '#contracts/ids.ts';
import { type Currency, currencies, type Money } from '#contracts/money.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import { texts } from '../customer-texts.ts';
import {
  type CartLimitExceeded,
  type CurrencyMismatch,
  currencyMismatch,
  type VariantUnavailable,
  variantUnavailable,
} from '../failures.ts';
import { type OrderLine, totalOf } from '../order/order.ts';

// 99: two digits on a picking list; more is a wholesale order, which this shop does not do.
export const maxQuantity = 99;
// 50: keeps one reservation, one message and one screen small.
export const maxLines = 50;
// One million, in minor units: far above any basket here, and with room to spare in GraphQL's 32-bit Int.
export const maxTotal = 100_000_000;

export interface CartLine {
  readonly id: CartLineId;
  readonly variantId: VariantId;
  readonly quantity: number;
}

export interface Cart {
  readonly id: CartId;
  readonly customerId: CustomerId;
  readonly updatedAt: Date;
  /** In the order they were added. */
  readonly lines: readonly CartLine[];
}

/** What we know of a variant from the catalogue's own messages. */
export interface CatalogueEntry {
  readonly variantId: VariantId;
  readonly productId: ProductId;
  readonly sku: string;
  /** Product and variant in one line. */
  readonly title: string;
  /** In the shop's currency, or in another where it is sold in that one alone. Undefined when nobody can buy it. */
  readonly price: Money | undefined;
}

/** What the catalogue adds to a line. `unitPrice` is null when it cannot be ordered. */
interface Priced {
  readonly sku: string;
  readonly title: string;
  readonly unitPrice: Money | null;
}
export type PricedLine = CartLine & Priced;
type Units = Pick<CartLine, 'variantId' | 'quantity'>;

type Catalogue = ReadonlyMap<VariantId, CatalogueEntry>;

/** The currency of a cart is that of its first line that is for sale; a line in another one cannot be ordered. */
export const priceLines = <L extends Units>(lines: readonly L[], catalogue: Catalogue): (L & Priced)[] => {
  const priceOf = (line: L) => catalogue.get(line.variantId)?.price;
  const currency = lines.map(priceOf).find((price) => price !== undefined)?.currency;
  return lines.map((line) => {
    const price = priceOf(line);
    const { sku, title } = catalogue.get(line.variantId) ?? { sku: '', title: 'No longer in the catalogue' };
    return { ...line, sku, title, unitPrice: price?.currency === currency ? (price ?? null) : null };
  });
};

export const isOrderable = <L extends Priced>(line: L): line is L & { readonly unitPrice: Money } =>
  line.unitPrice !== null;

/** The sum of what can be ordered; nothing in the shop's first currency where nothing can. Undefined beyond what an order may come to. */
export const cartTotal = (lines: readonly (Units & Priced)[]): Money | undefined => {
  const orderable = lines.filter(isOrderable);
  const total = totalOf(orderable, orderable[0]?.unitPrice.currency ?? currencies[0]);
  return total.amount <= maxTotal ? total : undefined;
};

const limits = {
  QUANTITY: { message: texts.tooManyUnitsInLine(maxQuantity), maximum: maxQuantity },
  LINES: { message: texts.tooManyLines(maxLines), maximum: maxLines },
  TOTAL: { message: texts.tooExpensive, maximum: maxTotal },
};

export const limitExceeded = (limit: CartLimitExceeded['limit']): CartLimitExceeded => ({
  kind: 'CartLimitExceeded',
  ...limits[limit],
  limit,
});

/** What a line of this variant comes to after `quantity` more: the quantity that the line has then. */
export const addUnits = (
  cart: Cart,
  catalogue: Catalogue,
  variantId: VariantId,
  quantity: number,
): Result<number, VariantUnavailable | CartLimitExceeded | CurrencyMismatch> => {
  const entry = catalogue.get(variantId);
  if (!entry?.price) return fail(variantUnavailable(entry ? [{ variantId, sku: entry.sku }] : []));
  const present = cart.lines.find((line) => line.variantId === variantId);
  if (!present && cart.lines.length >= maxLines) return fail(limitExceeded('LINES'));
  const currency = cartCurrency(cart, catalogue);
  if (currency && currency !== entry.price.currency) return fail(currencyMismatch(currency, entry.price.currency));
  const wanted = (present?.quantity ?? 0) + quantity;
  return withinLimits(withQuantity(cart, variantId, wanted), catalogue, wanted);
};

/** Whether a line may have this quantity: the quantity again when it may. */
export const setUnits = (
  cart: Cart,
  catalogue: Catalogue,
  line: CartLine,
  quantity: number,
): Result<number, CartLimitExceeded> => withinLimits(withQuantity(cart, line.variantId, quantity), catalogue, quantity);

/**
 * What becomes of the cart's lines when these units come back to it: the variants whose quantity changes, and to what.
 * Nothing is refused: a line takes as much as the limits leave room for. What the cart could not be ordered with (a
 * line too many, another currency) stays out of it, since nobody is there to choose.
 */
export const mergedUnits = (cart: Cart, catalogue: Catalogue, back: readonly Units[]): readonly Units[] => {
  let merged: readonly Units[] = cart.lines;
  for (const { variantId, quantity } of back) {
    const room = roomFor(merged, catalogue, variantId);
    const present = merged.find((line) => line.variantId === variantId)?.quantity ?? 0;
    const units = Math.min(present + quantity, room);
    if (units > present) merged = withQuantity({ lines: merged }, variantId, units);
  }
  const before = new Map(cart.lines.map((line) => [line.variantId, line.quantity]));
  return merged
    .filter((line) => before.get(line.variantId) !== line.quantity)
    .map(({ variantId, quantity }) => ({ variantId, quantity }));
};

/**
 * The lines of a guest's cart and of the cart of the user whom the guest turned out to be, as one. The guest's have just been
 * chosen, so they come first: of the user's earlier ones stays what limits and currency leave room for. Each keeps its id; a
 * variant in both is the user's line.
 */
export const mergeCarts = (guests: Cart, users: Cart, catalogue: Catalogue): readonly CartLine[] => {
  const changed = mergedUnits(guests, catalogue, users.lines);
  const quantities = new Map([...guests.lines, ...changed].map(({ variantId, quantity }) => [variantId, quantity]));
  const known = new Set(users.lines.map(({ variantId }) => variantId));
  const lines = [...users.lines, ...guests.lines.filter(({ variantId }) => !known.has(variantId))];
  return lines.flatMap((line) => {
    const quantity = quantities.get(line.variantId);
    return quantity === undefined ? [] : [{ ...line, quantity }];
  });
};

/** The most units that a line of this variant may have among these lines. */
const roomFor = (lines: readonly Units[], catalogue: Catalogue, variantId: VariantId): number => {
  const others = lines.filter((line) => line.variantId !== variantId);
  if (others.length >= maxLines) return 0;
  const price = catalogue.get(variantId)?.price;
  if (!price) return maxQuantity;
  const priced = priceLines(others, catalogue).filter(isOrderable);
  const [first] = priced;
  if (first && first.unitPrice.currency !== price.currency) return 0;
  const left = maxTotal - totalOf(priced, price.currency).amount;
  return Math.min(maxQuantity, price.amount === 0 ? maxQuantity : Math.floor(left / price.amount));
};

const withinLimits = (lines: readonly Units[], catalogue: Catalogue, quantity: number) => {
  if (quantity > maxQuantity) return fail(limitExceeded('QUANTITY'));
  return cartTotal(priceLines(lines, catalogue)) ? ok(quantity) : fail(limitExceeded('TOTAL'));
};

/** In their places: the first line that is for sale gives the cart its currency. */
const withQuantity = (
  { lines }: { readonly lines: readonly Units[] },
  variantId: VariantId,
  quantity: number,
): readonly Units[] =>
  lines.some((line) => line.variantId === variantId)
    ? lines.map((line) => (line.variantId === variantId ? { ...line, quantity } : line))
    : [...lines, { variantId, quantity }];

const cartCurrency = (cart: Cart, catalogue: Catalogue): Currency | undefined =>
  priceLines(cart.lines, catalogue).find(isOrderable)?.unitPrice.currency;

export const toOrderLine = ({
  variantId,
  sku,
  title,
  quantity,
  unitPrice,
}: PricedLine & { unitPrice: Money }): OrderLine => ({
  variantId,
  sku,
  title,
  quantity,
  unitPrice,
});
