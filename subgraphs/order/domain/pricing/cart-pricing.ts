/** A cart as pricing sees it, and what its customer is told of its coupons. */
import { type Cart, isOrderable, type PricedLine } from '../cart/cart.ts';
import { type Pricing, type PricingRules, priceCart } from './pricing.ts';
import type { Reason } from './promotion.ts';
import type { Destination } from './tax.ts';

export type PriceableCart = Pick<Cart, 'currency' | 'shippingAddress' | 'country' | 'shippingMethodId' | 'couponCodes'>;

/** The address, once there is one; the country alone before that. */
export const destinationOf = ({
  shippingAddress,
  country,
}: Pick<Cart, 'shippingAddress' | 'country'>): Destination | null => {
  if (shippingAddress) return { country: shippingAddress.country, region: shippingAddress.subdivision ?? undefined };
  return country === null ? null : { country };
};

/** What the cart comes to: all of it that is for sale. */
export const priceOf = (cart: PriceableCart, lines: readonly PricedLine[], rules: PricingRules, now: Date): Pricing =>
  priceCart({
    ...rules,
    currency: cart.currency,
    lines: lines.filter(isOrderable).map(({ variantId, quantity, unitPrice, facts }) => {
      // Its price comes from the same entry.
      if (!facts) throw new Error(`${variantId} has a price and is not in the catalogue`);
      return { ...facts, variantId, quantity, unitAmount: unitPrice.amount };
    }),
    destination: destinationOf(cart),
    shippingMethodId: cart.shippingMethodId,
    now,
  });

/** `reason` is null where the code applies. */
export interface CouponState {
  readonly code: string;
  readonly reason: Reason | null;
}

export const couponStates = (
  { couponCodes }: Pick<Cart, 'couponCodes'>,
  { applied, refused }: Pick<Pricing, 'applied' | 'refused'>,
): readonly CouponState[] =>
  couponCodes.map((code) => {
    if (applied.some(({ candidate }) => candidate.code === code)) return { code, reason: null };
    // A second code of a promotion, too, is one that nothing is known of here.
    return { code, reason: refused.find(({ candidate }) => candidate.code === code)?.reason ?? 'UNKNOWN' };
  });
