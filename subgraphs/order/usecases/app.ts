import { addToCart, changeCartLine, removeFromCart } from './cart/change-cart.ts';
import { setBillingAddress, setCartContact, setCartNote, setShippingAddress } from './cart/set-details.ts';
import { upsertProductReplica } from './cart/upsert-product-replica.ts';
import { advanceCheckout, erasePaymentTokens, sweepDeadlines } from './checkout/advance-checkout.ts';
import { eraseClosedAccounts, forgetClosedUser } from './closed-account/erase.ts';
import { mergeGuest, removeIdleGuestCarts } from './guest/merge-guest.ts';
import { cancelOrder, payOrder, resumeOrder } from './order/order-requests.ts';
import { placeOrder } from './order/place-order.ts';
import { waitForOrder } from './order/wait-for-order.ts';
import type { Deps } from './ports.ts';

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
    placeOrder: placeOrder(deps),
    payOrder: payOrder(deps),
    cancelOrder: cancelOrder(deps),
    resumeOrder: resumeOrder(deps),
    advanceCheckout: advanceCheckout(deps),
    sweepDeadlines: sweepDeadlines(deps),
    erasePaymentTokens: erasePaymentTokens(deps),
    mergeGuest: mergeGuest(deps),
    removeIdleGuestCarts: removeIdleGuestCarts(deps),
    forgetClosedUser: forgetClosedUser(deps),
    eraseClosedAccounts: eraseClosedAccounts(deps),
    upsertProductReplica: upsertProductReplica(deps),
  },
  reads: deps.reads,
  waitForOrder: waitForOrder(deps),
  now: deps.now,
});

export type App = ReturnType<typeof app>;
