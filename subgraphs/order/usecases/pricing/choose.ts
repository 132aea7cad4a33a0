/** What a customer decides about the price of the cart: coupons, where it goes, and how it is shipped. */
import type { ShippingMethodId } from '#contracts/ids.ts';
import { fail, ok } from '#contracts/result.ts';
import { type Cart, limitExceeded, maxCouponCodes, priceLines } from '../../domain/cart/cart.ts';
import {
  type CartLimitExceeded,
  type CouponNotApplicable,
  couponNotApplicable,
  type ShippingMethodUnavailable,
  shippingMethodUnavailable,
} from '../../domain/failures.ts';
import { couponStates, priceOf } from '../../domain/pricing/cart-pricing.ts';
import { isLasting, readCode } from '../../domain/pricing/promotion.ts';
import { type Changed, changeCart, type OfCustomer } from '../cart/change-cart.ts';
import { lockOrOpen } from '../cart/return-to-cart.ts';
import type { Deps, Stores } from '../ports.ts';

export interface OfCoupon extends OfCustomer {
  /** As it was typed. */
  readonly code: string;
}

/**
 * Puts a code into the cart. One that only lacks something in the cart is taken, and applies once that is there; what no change
 * of the cart would make it apply is refused.
 */
export const applyCoupon =
  (deps: Deps) =>
  (command: OfCoupon): Changed<CouponNotApplicable | CartLimitExceeded> => {
    const code = readCode(command.code);
    return changeCart<CouponNotApplicable | CartLimitExceeded>(
      deps,
      'applyCoupon',
      command,
      { code },
      async (stores) => {
        if (code === undefined) return fail(couponNotApplicable(command.code.slice(0, 40), 'UNKNOWN'));
        const { carts, now } = stores;
        const cart = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId: command.customerId, now });
        if (cart.couponCodes.includes(code)) return ok(cart.id);
        if (cart.couponCodes.length >= maxCouponCodes) return fail(limitExceeded('COUPON_CODES'));
        const couponCodes = [...cart.couponCodes, code];
        const reason = couponStates({ couponCodes: [code] }, await priced(stores, { ...cart, couponCodes }))[0]?.reason;
        if (reason && isLasting(reason)) return fail(couponNotApplicable(code, reason));
        await carts.revise(cart.id, { couponCodes }, now);
        return ok(cart.id);
      },
    );
  };

/** Takes a code out of the cart, if it is there. */
export const removeCoupon =
  (deps: Deps) =>
  (command: OfCoupon): Changed<never> => {
    const code = readCode(command.code);
    return changeCart<never>(deps, 'removeCoupon', command, { code }, async ({ carts, now }) => {
      const cart = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId: command.customerId, now });
      const couponCodes = cart.couponCodes.filter((each) => each !== code);
      if (couponCodes.length < cart.couponCodes.length) await carts.revise(cart.id, { couponCodes }, now);
      return ok(cart.id);
    });
  };

export interface ChooseShippingMethod extends OfCustomer {
  readonly shippingMethodId: ShippingMethodId | undefined;
  /** Where it goes; undefined for where it went before. */
  readonly country: string | undefined;
}

/** Has the cart shipped that way, to that country; or only says to which country, to see what there is. */
export const chooseShippingMethod =
  (deps: Deps) =>
  (command: ChooseShippingMethod): Changed<ShippingMethodUnavailable> => {
    const { customerId, shippingMethodId, country } = command;
    return changeCart<ShippingMethodUnavailable>(
      deps,
      'chooseShippingMethod',
      command,
      { shippingMethodId: shippingMethodId ?? null, country: country ?? null },
      async (stores) => {
        const { carts, now } = stores;
        const cart = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId, now });
        const choice = {
          country: country ?? cart.country,
          shippingMethodId: shippingMethodId ?? cart.shippingMethodId,
        };
        if (shippingMethodId) {
          const { quotes } = await priced(stores, { ...cart, ...choice });
          if (!quotes.some(({ method }) => method.id === shippingMethodId))
            return fail(shippingMethodUnavailable(cart.id));
        }
        await carts.revise(cart.id, choice, now);
        return ok(cart.id);
      },
    );
  };

const priced = async ({ catalogue, pricing, now }: Stores, cart: Cart) => {
  const entries = await catalogue.entries(cart.lines.map(({ variantId }) => variantId));
  return priceOf(cart, priceLines(cart.lines, entries, cart.currency), await pricing.rules(cart, now), now);
};
