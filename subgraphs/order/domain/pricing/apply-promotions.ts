/** Takes off what promotions take off, one after the other, each from what the ones before it have left. */
import type { PromotionId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';
import type { PricingLine } from './pricing-line.ts';
import { type Amounts, type Candidate, type Effect, isInScope, type Promotion, type Reason } from './promotion.ts';
import { million, prorate, rateOf, shareOf } from './rounding.ts';

export interface Discount {
  readonly promotionId: PromotionId;
  readonly amount: number;
}

/** A line on its way. */
export interface LineLeft {
  readonly line: PricingLine;
  /** Units that may still be discounted, and what is left of their price. */
  readonly units: number;
  readonly left: number;
  /** What is left of units that were given, whole or in part: they are not discounted again. */
  readonly setAside: number;
  readonly discounts: readonly Discount[];
}

export interface Applied {
  readonly candidate: Candidate;
  readonly amount: number;
}
export interface Refused {
  readonly candidate: Candidate;
  readonly reason: Reason;
}

export interface Outcome {
  readonly lines: readonly LineLeft[];
  readonly applied: readonly Applied[];
  readonly refused: readonly Refused[];
}

export const untouched = (line: PricingLine): LineLeft => ({
  line,
  units: line.quantity,
  left: line.quantity * line.unitAmount,
  setAside: 0,
  discounts: [],
});

export const goodsOf = (lines: readonly LineLeft[]): number =>
  lines.reduce((sum, { left, setAside }) => sum + left + setAside, 0);

/** What one promotion takes off each line, and how many units it gives of it; by the lines' places. */
interface Cut {
  readonly amounts: readonly number[];
  readonly given?: readonly number[];
}

/** All but free shipping, which is applied to what the shipping comes to afterwards. */
export const applyPromotions = (
  lines: readonly PricingLine[],
  candidates: readonly Candidate[],
  currency: Currency,
): Outcome => {
  let outcome: Outcome = { lines: lines.map(untouched), applied: [], refused: [] };
  for (const candidate of candidates) {
    const { promotion } = candidate;
    if (promotion.effect.kind === 'FREE_SHIPPING') continue;
    const cut = cutOf(promotion, outcome.lines, currency);
    if (typeof cut === 'string') {
      outcome = { ...outcome, refused: [...outcome.refused, { candidate, reason: cut }] };
      continue;
    }
    const amount = cut.amounts.reduce((sum, each) => sum + each, 0);
    outcome = {
      lines: outcome.lines.map((line, place) => after(line, promotion.id, cut, place)),
      applied: [...outcome.applied, { candidate, amount }],
      refused: outcome.refused,
    };
  }
  return outcome;
};

const after = (line: LineLeft, promotionId: PromotionId, { amounts, given }: Cut, place: number): LineLeft => {
  const [amount, units] = [amounts[place] ?? 0, given?.[place] ?? 0];
  if (amount === 0 && units === 0) return line;
  // What is left of the given units' price stays with them.
  const price = unitsAt(line, units);
  const discounts = amount === 0 ? line.discounts : [...line.discounts, { promotionId, amount }];
  return units === 0
    ? { ...line, left: line.left - amount, discounts }
    : {
        ...line,
        units: line.units - units,
        left: line.left - price,
        setAside: line.setAside + price - amount,
        discounts,
      };
};

const unitsAt = ({ left, units }: LineLeft, count: number): number =>
  count === 0 ? 0 : shareOf({ amount: left, quantity: units }, 0, count);

/** Why the promotion does not apply to these lines, whatever it takes off. */
export const reasonAgainstLines = (
  { scope, minimumSpend }: Pick<Promotion, 'scope' | 'minimumSpend'>,
  lines: readonly LineLeft[],
  currency: Currency,
): Reason | undefined => {
  const inScope = lines.filter(({ line, units, setAside }) => isInScope(scope, line) && units + setAside > 0);
  if (inScope.length === 0) return 'NOTHING_IN_SCOPE';
  const minimum = minimumSpend && minimumIn(minimumSpend, currency);
  if (minimum === undefined) return 'OTHER_CURRENCY';
  return minimum !== null && goodsOf(inScope) < minimum ? 'MINIMUM_SPEND' : undefined;
};

const minimumIn = (amounts: Amounts, currency: Currency): number | undefined => amounts[currency];

const cutOf = (promotion: Promotion, lines: readonly LineLeft[], currency: Currency): Cut | Reason => {
  const { effect, scope } = promotion;
  if (effect.kind === 'FREE_GIFT') return giftsOf(effect, promotion, lines, currency);
  const reason = reasonAgainstLines(promotion, lines, currency);
  if (reason) return reason;
  const inScope = lines.map((line) => (isInScope(scope, line.line) ? line : { ...line, units: 0, left: 0 }));
  const cut = cutInScope(effect, inScope, currency);
  if (typeof cut === 'string') return cut;
  return cut.amounts.some((amount) => amount > 0) ? cut : 'NOTHING_LEFT';
};

const cutInScope = (effect: Exclude<Effect, { kind: 'FREE_GIFT' }>, lines: readonly LineLeft[], currency: Currency) => {
  const weights = lines.map(({ left }) => left);
  const left = weights.reduce((sum, weight) => sum + weight, 0);
  switch (effect.kind) {
    case 'PERCENTAGE':
      return { amounts: prorate(rateOf(left, effect.ratePpm), weights) };
    case 'FIXED_AMOUNT': {
      const amount = effect.amounts[currency];
      return amount === undefined ? 'OTHER_CURRENCY' : { amounts: prorate(Math.min(amount, left), weights) };
    }
    case 'BUY_X_GET_Y': {
      const units = lines.reduce((sum, line) => sum + line.units, 0);
      const sets = Math.floor(units / (effect.buy + effect.get));
      return sets === 0 ? 'NOT_ENOUGH_UNITS' : give(lines, cheapest(lines, sets * effect.get), effect.ratePpm);
    }
    case 'FREE_SHIPPING':
      throw new Error('free shipping takes nothing off a line');
    default:
      throw new Error(`no such effect: ${effect satisfies never}`);
  }
};

/** The gifts do not count as bought: neither as what is in scope, nor towards the minimum spend. */
const giftsOf = (
  { variantIds, quantity }: Extract<Effect, { kind: 'FREE_GIFT' }>,
  promotion: Promotion,
  lines: readonly LineLeft[],
  currency: Currency,
): Cut | Reason => {
  const gifts = lines.map((line) => (variantIds.includes(line.line.variantId) ? line : { ...line, units: 0, left: 0 }));
  const given = cheapest(gifts, quantity);
  const bought = lines.map((line, place) => ({
    ...line,
    units: line.units - (given[place] ?? 0),
    left: line.left - unitsAt(line, given[place] ?? 0),
  }));
  const reason = reasonAgainstLines(promotion, bought, currency);
  if (reason) return reason;
  if (given.every((units) => units === 0)) return 'GIFT_NOT_IN_CART';
  const cut = give(gifts, given, million);
  return cut.amounts.some((amount) => amount > 0) ? cut : 'NOTHING_LEFT';
};

const give = (lines: readonly LineLeft[], given: readonly number[], ratePpm: number): Cut => ({
  amounts: lines.map((line, place) => rateOf(unitsAt(line, given[place] ?? 0), ratePpm)),
  given,
});

/** Of each line so many units that they are the cheapest `count` of all, the earlier of two lines that cost the same. */
const cheapest = (lines: readonly LineLeft[], count: number): number[] => {
  const given = lines.map(() => 0);
  const priceOf = (place: number) => (lines[place] ? lines[place].left / lines[place].units : 0);
  const open = [...lines.keys()].filter((place) => (lines[place]?.units ?? 0) > 0);
  let missing = count;
  for (const place of open.sort((a, b) => priceOf(a) - priceOf(b) || a - b)) {
    const units = Math.min(lines[place]?.units ?? 0, missing);
    given[place] = units;
    missing -= units;
  }
  return given;
};
