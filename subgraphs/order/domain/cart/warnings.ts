/** What a customer should know of their cart before they order. It keeps nothing from succeeding. */
import type { Money } from '#contracts/money.ts';
import { texts } from '../customer-texts.ts';
import { isOrderable, type PricedLine } from './cart.ts';

interface Warning<Kind extends string> {
  readonly kind: Kind;
  readonly message: string;
  readonly line: PricedLine;
}
export type CartLineUnavailable = Warning<'CartLineUnavailable'>;
export type CartLinePriceChanged = Warning<'CartLinePriceChanged'> & {
  readonly previousPrice: Money;
  readonly currentPrice: Money;
};
export type CartLineStockShort = Warning<'CartLineStockShort'> & { readonly available: number };
export type CartWarning = CartLineUnavailable | CartLinePriceChanged | CartLineStockShort;

const unavailable = (line: PricedLine): CartLineUnavailable[] =>
  isOrderable(line) ? [] : [{ kind: 'CartLineUnavailable', message: texts.lineUnavailable, line }];

/** A price that was seen in another currency says nothing: the carts of a guest and a user may differ in that. */
const priceChanged = (line: PricedLine): CartLinePriceChanged[] => {
  const { seenPrice: previousPrice, unitPrice: currentPrice } = line;
  if (!previousPrice || !currentPrice || previousPrice.currency !== currentPrice.currency) return [];
  if (previousPrice.amount === currentPrice.amount) return [];
  const message = previousPrice.amount < currentPrice.amount ? texts.lineDearer : texts.lineCheaper;
  return [{ kind: 'CartLinePriceChanged', message, line, previousPrice, currentPrice }];
};

/** Order has no stock of its own to look at: it knows what it was told when it last asked for units. */
const stockShort = (line: PricedLine): CartLineStockShort[] => {
  const { availableUnits: available } = line;
  if (available === null || available === undefined || line.quantity <= available) return [];
  return [{ kind: 'CartLineStockShort', message: texts.lineShort(available), line, available }];
};

export const warningsOf = (lines: readonly PricedLine[]): readonly CartWarning[] =>
  lines.flatMap((line) => [...unavailable(line), ...priceChanged(line), ...stockShort(line)]);
