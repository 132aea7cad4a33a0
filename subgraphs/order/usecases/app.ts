import { acknowledgeCartWarnings, addToCart, changeCartLine, removeFromCart } from './cart/change-cart.ts';
import { reorder } from './cart/reorder.ts';
import { setBillingAddress, setCartContact, setCartNote, setShippingAddress } from './cart/set-details.ts';
import { upsertProductReplica } from './cart/upsert-product-replica.ts';
import { advanceCheckout, erasePaymentTokens, sweepDeadlines } from './checkout/advance-checkout.ts';
import { eraseClosedAccounts, forgetClosedUser } from './closed-account/erase.ts';
import { mergeGuest, removeIdleCarts } from './guest/merge-guest.ts';
import { cancelOrder, payOrder, resumeOrder } from './order/order-requests.ts';
import { placeOrder } from './order/place-order.ts';
import { waitForOrder } from './order/wait-for-order.ts';
import type { Deps } from './ports.ts';
import { createCoupons, createPromotion, endPromotion, revisePromotion } from './pricing/change-promotion.ts';
import { removeShippingMethod, removeTaxRate, saveShippingMethod, saveTaxRate } from './pricing/change-rates.ts';
import { applyCoupon, chooseShippingMethod, removeCoupon } from './pricing/choose.ts';
import { priceCarts } from './pricing/price-carts.ts';

/** Everything this service can do, and everything it can be asked. */
export const app = (deps: Deps) => ({
  commands: {
    addToCart: addToCart(deps),
    changeCartLine: changeCartLine(deps),
    removeFromCart: removeFromCart(deps),
    setCartContact: setCartContact(deps),
    setCartNote: setCartNote(deps),
    setShippingAddress: setShippingAddress(deps),
    setBillingAddress: setBillingAddress(deps),
    applyCoupon: applyCoupon(deps),
    removeCoupon: removeCoupon(deps),
    chooseShippingMethod: chooseShippingMethod(deps),
    acknowledgeCartWarnings: acknowledgeCartWarnings(deps),
    reorder: reorder(deps),
    placeOrder: placeOrder(deps),
    payOrder: payOrder(deps),
    cancelOrder: cancelOrder(deps),
    resumeOrder: resumeOrder(deps),
    advanceCheckout: advanceCheckout(deps),
    sweepDeadlines: sweepDeadlines(deps),
    erasePaymentTokens: erasePaymentTokens(deps),
    mergeGuest: mergeGuest(deps),
    removeIdleCarts: removeIdleCarts(deps),
    forgetClosedUser: forgetClosedUser(deps),
    eraseClosedAccounts: eraseClosedAccounts(deps),
    upsertProductReplica: upsertProductReplica(deps),
    createPromotion: createPromotion(deps),
    revisePromotion: revisePromotion(deps),
    endPromotion: endPromotion(deps),
    createCoupons: createCoupons(deps),
    saveShippingMethod: saveShippingMethod(deps),
    removeShippingMethod: removeShippingMethod(deps),
    saveTaxRate: saveTaxRate(deps),
    removeTaxRate: removeTaxRate(deps),
  },
  pricingReads: deps.pricingReads,
  priceCarts: priceCarts(deps),
  reads: deps.reads,
  waitForOrder: waitForOrder(deps),
  now: deps.now,
});

export type App = ReturnType<typeof app>;
