/** What a cart comes to. Pure: the same figures in the cart, at placement and in the order's snapshot. */
import type { PromotionId, ShippingMethodId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import {
  type Applied,
  applyPromotions,
  type Discount,
  goodsOf,
  type LineLeft,
  type Outcome,
  type Refused,
  reasonAgainstLines,
} from './apply-promotions.ts';
import type { PricingLine } from './pricing-line.ts';
import { type Candidate, type CustomerFacts, inOrder, type Reason, reasonAgainst } from './promotion.ts';
import { type ShippingMethod, shippingAmount } from './shipping.ts';
import { type Destination, type TaxLine, type TaxRate, taxOf } from './tax.ts';

/** What the shop's staff have decided, as far as it can matter to one cart. */
export interface PricingRules {
  readonly candidates: readonly Candidate[];
  readonly customer: CustomerFacts;
  readonly shippingMethods: readonly ShippingMethod[];
  readonly taxRates: readonly TaxRate[];
  /** The shop's countries: where a method goes that names none. */
  readonly sellsTo: readonly string[];
}

export interface PricingInput extends PricingRules {
  readonly currency: Currency;
  readonly lines: readonly PricingLine[];
  readonly destination: Destination | null;
  readonly shippingMethodId: ShippingMethodId | null;
  readonly now: Date;
}

export interface PricedLine {
  readonly subtotal: number;
  readonly discounts: readonly Discount[];
  readonly discount: number;
  /** Of this line: added to it, or contained in it. */
  readonly tax: number;
  /** What is paid for it: without the discounts, with the tax. */
  readonly total: number;
}

export interface ShippingQuote {
  readonly method: ShippingMethod;
  readonly amount: number;
}

export interface PricedShipping extends ShippingQuote {
  readonly discount: number;
  readonly tax: number;
}

/** `lines + shipping + tax − discount = total`, and none is negative. */
export interface Totals {
  readonly currency: Currency;
  /** Before discounts. */
  readonly lines: number;
  /** Of the lines and of the shipping. */
  readonly discount: number;
  /** Before its discount. */
  readonly shipping: number;
  /** What is added to the prices. */
  readonly tax: number;
  /** What the prices contain already. */
  readonly taxIncluded: number;
  readonly total: number;
}

export interface Missing {
  /** Where to: no shipping can be quoted, or no tax determined, without it. */
  readonly destination: boolean;
  readonly shippingMethod: boolean;
}

export interface Pricing {
  readonly lines: readonly PricedLine[];
  readonly shipping: PricedShipping | null;
  /** The methods that bring this cart to its destination. */
  readonly quotes: readonly ShippingQuote[];
  readonly applied: readonly Applied[];
  readonly refused: readonly Refused[];
  readonly taxes: readonly TaxLine[];
  /** Of the destination: whether `tax` is in the prices, or comes on top. */
  readonly pricesIncludeTax: boolean;
  readonly totals: Totals;
  /** What an order of this cart still lacks. */
  readonly missing: Missing;
}

/** What the cart comes to. */
export const priceCart = (input: PricingInput): Pricing => {
  const { lines, shippingMethods, taxRates, destination } = input;
  const { outcome, quotes, shipping } = best(input);
  const taxed = withTax(input, outcome.lines, shipping);
  const needsShipping = lines.some(({ requiresShipping }) => requiresShipping) && shippingMethods.length > 0;
  return {
    ...taxed,
    quotes,
    applied: outcome.applied,
    refused: outcome.refused,
    missing: {
      destination: !destination && (needsShipping || taxRates.length > 0),
      shippingMethod: needsShipping && !shipping,
    },
  };
};

interface Stacked {
  readonly outcome: Outcome;
  readonly quotes: readonly ShippingQuote[];
  readonly shipping: Omit<PricedShipping, 'tax'> | null;
}

/**
 * All that can be combined, or one that stands alone: whichever leaves the customer the least to pay for goods and shipping, before
 * tax is added. Of two that come to the same, what can be combined, and then the first in order.
 */
const best = (input: PricingInput): Stacked => {
  const { candidates, customer, now } = input;
  const judged = candidates
    .toSorted(inOrder)
    .map((candidate) => ({ candidate, reason: reasonAgainst(candidate, customer, now) }));
  const ruledOut = judged.flatMap(({ candidate, reason }): Refused[] => (reason ? [{ candidate, reason }] : []));
  const open = judged.flatMap(({ candidate, reason }) => (reason ? [] : [candidate]));
  const alone = open.filter(({ promotion }) => promotion.isExclusive);
  const together = open.filter(({ promotion }) => !promotion.isExclusive);
  const stacks = [together, ...alone.map((candidate) => [candidate])].map((stack) => ({
    stack,
    ...stacked(input, stack),
  }));
  const chosen = stacks.reduce((least, each) => (payable(each) < payable(least) ? each : least));
  const others = stacks.filter((each) => each !== chosen);
  const passedOver = others.flatMap(({ outcome }): Refused[] => [
    ...outcome.refused,
    ...outcome.applied.map(({ candidate }) => ({ candidate, reason: 'NOT_COMBINABLE' as const })),
  ]);
  const { outcome } = chosen;
  return { ...chosen, outcome: { ...outcome, refused: [...ruledOut, ...outcome.refused, ...passedOver] } };
};

const payable = ({ outcome, shipping }: Stacked): number =>
  goodsOf(outcome.lines) + (shipping ? shipping.amount - shipping.discount : 0);

const stacked = (input: PricingInput, stack: readonly Candidate[]): Stacked => {
  const ofGoods = applyPromotions(input.lines, stack, input.currency);
  const quotes = quotesOf(input, goodsOf(ofGoods.lines));
  const quote = quotes.find(({ method }) => method.id === input.shippingMethodId) ?? null;
  const free = stack.filter(({ promotion }) => promotion.effect.kind === 'FREE_SHIPPING');
  let outcome = ofGoods;
  let discount = 0;
  for (const candidate of free) {
    const left = (quote?.amount ?? 0) - discount;
    const reason: Reason | undefined =
      reasonAgainstLines(candidate.promotion, ofGoods.lines, input.currency) ??
      (quote === null ? 'NO_SHIPPING' : left === 0 ? 'NOTHING_LEFT' : undefined);
    if (reason) {
      outcome = { ...outcome, refused: [...outcome.refused, { candidate, reason }] };
      continue;
    }
    outcome = { ...outcome, applied: [...outcome.applied, { candidate, amount: left }] };
    discount += left;
  }
  return { outcome, quotes, shipping: quote && { ...quote, discount } };
};

/** Those that go there, in the order of a list. Nothing has to be brought of a cart of downloads. */
const quotesOf = (
  { lines, currency, destination, shippingMethods, sellsTo }: PricingInput,
  goods: number,
): readonly ShippingQuote[] => {
  const shipped = lines.filter(({ requiresShipping }) => requiresShipping);
  if (shipped.length === 0) return [];
  // A variant whose weight nobody has entered weighs nothing.
  const weightGrams = shipped.reduce((sum, { quantity, weightGrams: each }) => sum + quantity * (each ?? 0), 0);
  return shippingMethods
    .toSorted((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
    .flatMap((method) => {
      const amount = shippingAmount(method, { currency, weightGrams, goods }, destination, sellsTo);
      return amount === undefined ? [] : [{ method, amount }];
    });
};

/** Discounts lower what is taxed, of the shipping as well. */
const withTax = (
  { currency, taxRates, destination, now }: PricingInput,
  left: readonly LineLeft[],
  shipping: Stacked['shipping'],
): Pick<Pricing, 'lines' | 'shipping' | 'taxes' | 'pricesIncludeTax' | 'totals'> => {
  const goods = left.map((line) => ({ taxClass: line.line.taxClass, amount: line.left + line.setAside }));
  const brought = shipping ? [{ taxClass: shipping.method.taxClass, amount: shipping.amount - shipping.discount }] : [];
  const taxes = taxOf([...goods, ...brought], taxRates, destination, now);
  const taxAt = (place: number) => taxes.shares[place] ?? 0;
  const lines = left.map((line, place): PricedLine => {
    const discount = line.discounts.reduce((sum, { amount }) => sum + amount, 0);
    const subtotal = line.line.quantity * line.line.unitAmount;
    const tax = taxAt(place);
    return {
      subtotal,
      discounts: line.discounts,
      discount,
      tax,
      total: subtotal - discount + (taxes.areIncluded ? 0 : tax),
    };
  });
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const tax = sum(taxes.shares);
  const totals = {
    currency,
    lines: sum(lines.map(({ subtotal }) => subtotal)),
    discount: sum(lines.map(({ discount }) => discount)) + (shipping?.discount ?? 0),
    shipping: shipping?.amount ?? 0,
    tax: taxes.areIncluded ? 0 : tax,
    taxIncluded: taxes.areIncluded ? tax : 0,
  };
  return {
    lines,
    shipping: shipping && { ...shipping, tax: taxAt(left.length) },
    taxes: taxes.lines,
    pricesIncludeTax: taxes.areIncluded,
    totals: { ...totals, total: totals.lines + totals.shipping + totals.tax - totals.discount },
  };
};

/** The promotions that an order takes into account, and by which codes. */
export const redeemed = ({
  applied,
}: Pick<Pricing, 'applied'>): readonly { promotionId: PromotionId; code: string | null }[] =>
  applied.map(({ candidate: { promotion, code } }) => ({ promotionId: promotion.id, code }));
