/** A cart, and what may be put into it. Prices are the catalogue's, of today. */
import type { CartId, CartLineId, CustomerId, ProductId, ShippingMethodId, VariantId } from '#contracts/ids.ts';
import { type Currency, currencies, type Money, money } from '#contracts/money.ts';
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
import type { Totals } from '../pricing/pricing.ts';
import type { PricingLine } from '../pricing/pricing-line.ts';
import type { CustomerDetails } from './details.ts';

// 99: two digits on a picking list; more is a wholesale order, which this shop does not do.
export const maxQuantity = 99;
// 50: keeps one reservation, one message and one screen small.
export const maxLines = 50;
// 5: as many as anybody enters; each is looked up whenever the cart is priced.
export const maxCouponCodes = 5;
// One million, in minor units: far above any basket here, and with room to spare in GraphQL's 32-bit Int.
export const maxTotal = 100_000_000;

export interface CartLine {
  readonly id: CartLineId;
  readonly variantId: VariantId;
  readonly quantity: number;
  /** What the customer last saw that a unit costs; not given in what leaves it as it is. */
  readonly seenPrice?: Money | null | undefined;
  /** How many there were when an order was refused for want of them. */
  readonly availableUnits?: number | null | undefined;
}

export interface Cart extends CustomerDetails {
  readonly id: CartId;
  readonly customerId: CustomerId;
  readonly currency: Currency;
  readonly updatedAt: Date;
  /** As they were entered, whether they apply now or not. */
  readonly couponCodes: readonly string[];
  /** What was chosen; it may be gone, or not go there any more. */
  readonly shippingMethodId: ShippingMethodId | null;
  /** Where it is to go, as far as the customer has said: ISO 3166-1. */
  readonly country: string | null;
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
  /** In minor units, by currency. Empty when nobody can buy it. */
  readonly prices: Readonly<Partial<Record<Currency, number>>>;
  readonly facts: PricingFacts;
}

/** What discounts, shipping and tax depend on. */
export type PricingFacts = Omit<PricingLine, 'variantId' | 'quantity' | 'unitAmount'>;

/** What the catalogue adds to a line. `unitPrice` is null when it cannot be ordered. */
interface Priced {
  readonly sku: string;
  readonly title: string;
  readonly unitPrice: Money | null;
  /** Null where it is not in the catalogue. */
  readonly facts: PricingFacts | null;
}
export type PricedLine = CartLine & Priced;
type Units = Pick<CartLine, 'variantId' | 'quantity'>;

type Catalogue = ReadonlyMap<VariantId, CatalogueEntry>;

/** Of a cart in this currency: what is not sold in it cannot be ordered. */
export const priceLines = <L extends Units>(
  lines: readonly L[],
  catalogue: Catalogue,
  currency: Currency,
): (L & Priced)[] =>
  lines.map((line) => {
    const entry = catalogue.get(line.variantId);
    const { sku, title } = entry ?? { sku: '', title: 'No longer in the catalogue' };
    const amount = entry?.prices[currency];
    const unitPrice = amount === undefined ? null : money(amount, currency);
    return { ...line, sku, title, unitPrice, facts: entry?.facts ?? null };
  });

export const isOrderable = <L extends Priced>(line: L): line is L & { readonly unitPrice: Money } =>
  line.unitPrice !== null;

/** The sum of what can be ordered. Undefined beyond what an order may come to. */
export const cartTotal = (lines: readonly (Units & Priced)[], currency: Currency): Money | undefined => {
  const total = totalOf(lines.filter(isOrderable), currency);
  return total.amount <= maxTotal ? total : undefined;
};

/** Beyond what an order may come to: in all, or its lines before what is taken off. */
export const isTooMuch = ({ lines, total }: Pick<Totals, 'lines' | 'total'>): boolean =>
  lines > maxTotal || total > maxTotal;

const limits = {
  QUANTITY: { message: texts.tooManyUnitsInLine(maxQuantity), maximum: maxQuantity },
  LINES: { message: texts.tooManyLines(maxLines), maximum: maxLines },
  TOTAL: { message: texts.tooExpensive, maximum: maxTotal },
  COUPON_CODES: { message: texts.tooManyCoupons(maxCouponCodes), maximum: maxCouponCodes },
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
  const soldIn = currencies.filter((currency) => entry?.prices[currency] !== undefined);
  if (!entry || soldIn.length === 0) return fail(variantUnavailable(entry ? [{ variantId, sku: entry.sku }] : []));
  const present = cart.lines.find((line) => line.variantId === variantId);
  if (!present && cart.lines.length >= maxLines) return fail(limitExceeded('LINES'));
  if (!soldIn.includes(cart.currency)) return fail(currencyMismatch(cart.currency, soldIn));
  const wanted = (present?.quantity ?? 0) + quantity;
  return withinLimits(withQuantity(cart, variantId, wanted), catalogue, wanted);
};

/** The cart in the currency that is asked for: an empty one takes any, one with lines has its own. */
export const inCurrency = (
  cart: Cart,
  catalogue: Catalogue,
  variantId: VariantId,
  asked: Currency | undefined,
): Result<Cart, CurrencyMismatch> => {
  if (!asked || asked === cart.currency) return ok(cart);
  if (cart.lines.length === 0) return ok({ ...cart, currency: asked });
  const prices = catalogue.get(variantId)?.prices ?? {};
  return fail(
    currencyMismatch(
      cart.currency,
      currencies.filter((currency) => prices[currency] !== undefined),
    ),
  );
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
  let { lines: merged }: Basket = cart;
  for (const { variantId, quantity } of back) {
    const room = roomFor({ ...cart, lines: merged }, catalogue, variantId);
    const present = merged.find((line) => line.variantId === variantId)?.quantity ?? 0;
    const units = Math.min(present + quantity, room);
    if (units > present) merged = withQuantity({ ...cart, lines: merged }, variantId, units).lines;
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

type Basket = { readonly currency: Currency; readonly lines: readonly Units[] };

type Choices = Pick<Cart, 'couponCodes' | 'shippingMethodId' | 'country'>;

/** The codes of both, as many as a cart takes; of the rest what the guest has chosen is the latest. */
export const mergeChoices = (guests: Choices, users: Choices): Choices => ({
  couponCodes: mergeCodes(guests.couponCodes, users.couponCodes),
  shippingMethodId: guests.shippingMethodId ?? users.shippingMethodId,
  country: guests.country ?? users.country,
});

export const mergeCodes = (first: readonly string[], others: readonly string[]): readonly string[] =>
  [...new Set([...first, ...others])].slice(0, maxCouponCodes);

/** The most units that a line of this variant may have beside the others. */
const roomFor = ({ currency, lines }: Basket, catalogue: Catalogue, variantId: VariantId): number => {
  const others = lines.filter((line) => line.variantId !== variantId);
  if (others.length >= maxLines) return 0;
  const prices = catalogue.get(variantId)?.prices ?? {};
  if (Object.keys(prices).length === 0) return maxQuantity;
  const price = prices[currency];
  if (price === undefined) return 0;
  const left = maxTotal - totalOf(priceLines(others, catalogue, currency).filter(isOrderable), currency).amount;
  return Math.min(maxQuantity, price === 0 ? maxQuantity : Math.floor(left / price));
};

const withinLimits = ({ currency, lines }: Basket, catalogue: Catalogue, quantity: number) => {
  if (quantity > maxQuantity) return fail(limitExceeded('QUANTITY'));
  return cartTotal(priceLines(lines, catalogue, currency), currency) ? ok(quantity) : fail(limitExceeded('TOTAL'));
};

const withQuantity = ({ currency, lines }: Basket, variantId: VariantId, quantity: number): Basket => ({
  currency,
  lines: lines.some((line) => line.variantId === variantId)
    ? lines.map((line) => (line.variantId === variantId ? { ...line, quantity } : line))
    : [...lines, { variantId, quantity }],
});

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
