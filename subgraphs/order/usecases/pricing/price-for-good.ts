import type { PromotionId } from '#contracts/ids.ts';
import type { Cart, PricedLine } from '../../domain/cart/cart.ts';
import { priceOf } from '../../domain/pricing/cart-pricing.ts';
import type { Pricing } from '../../domain/pricing/pricing.ts';
import type { Stores } from '../ports.ts';

/**
 * What the cart comes to, with every promotion that has a limit locked: what it says is taken off can be redeemed. A promotion that
 * somebody else has used up meanwhile may make room for another one, which is locked as well; each round locks at least one more.
 */
export const priceForGood = async (
  { pricing, now }: Stores,
  cart: Cart,
  lines: readonly PricedLine[],
): Promise<Pricing> => {
  let rules = await pricing.rules(cart, now);
  const locked = new Set<PromotionId>();
  for (;;) {
    const price = priceOf(cart, lines, rules, now);
    const promotions = price.applied.map(({ candidate }) => candidate.promotion);
    const limited = promotions
      .filter(({ id, usageLimit }) => usageLimit !== null && !locked.has(id))
      .map(({ id }) => id);
    if (limited.length === 0) return price;
    const asTheyAre = new Map((await pricing.lockLimited(limited)).map((promotion) => [promotion.id, promotion]));
    const candidates = rules.candidates.map(({ promotion, ...rest }) => ({
      ...rest,
      promotion: asTheyAre.get(promotion.id) ?? promotion,
    }));
    rules = { ...rules, candidates };
    for (const id of limited) locked.add(id);
  }
};
