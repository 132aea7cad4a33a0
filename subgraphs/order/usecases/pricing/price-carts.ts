/** What carts come to when somebody looks at them. What an order comes to: place-order.ts, in its transaction. */
import type { PricedLine } from '../../domain/cart/cart.ts';
import { priceOf } from '../../domain/pricing/cart-pricing.ts';
import type { Pricing } from '../../domain/pricing/pricing.ts';
import type { CartView, Deps } from '../ports.ts';

export interface CartWithLines {
  readonly cart: CartView;
  readonly lines: readonly PricedLine[];
}

/** In the order of the carts. */
export const priceCarts =
  ({ pricingReads }: Pick<Deps, 'pricingReads'>) =>
  async (carts: readonly CartWithLines[]): Promise<readonly Pricing[]> => {
    const { rules, now } = await pricingReads.rules(carts.map(({ cart }) => cart));
    return carts.flatMap(({ cart, lines }, place) => {
      const own = rules[place];
      return own ? [priceOf(cart, lines, own, now)] : [];
    });
  };
