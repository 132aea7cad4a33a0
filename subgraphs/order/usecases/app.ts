import { addToCart } from './cart/add-to-cart.ts';
import { changeCartLine } from './cart/change-cart-line.ts';
import { removeFromCart } from './cart/remove-from-cart.ts';
import { takeOverProduct } from './cart/upsert-product-replica.ts';
import { advanceCheckout } from './checkout/advance-checkout.ts';
import { erasePaymentTokens } from './checkout/erase-payment-tokens.ts';
import { sweepDeadlines } from './checkout/sweeps.ts';
import { cancelOrder } from './order/cancel-order.ts';
import { payOrder } from './order/pay-order.ts';
import { placeOrder } from './order/place-order.ts';
import { resumeOrder } from './order/resume-order.ts';
import { waitForOrder } from './order/wait-for-order.ts';
import type { Deps } from './ports.ts';

/** Everything this service can do, and everything it can tell. */
export const app = (deps: Deps) => ({
  commands: {
    addToCart: addToCart(deps),
    changeCartLine: changeCartLine(deps),
    removeFromCart: removeFromCart(deps),
    placeOrder: placeOrder(deps),
    payOrder: payOrder(deps),
    cancelOrder: cancelOrder(deps),
    resumeOrder: resumeOrder(deps),
    advanceCheckout: advanceCheckout(deps),
    sweepDeadlines: sweepDeadlines(deps),
    erasePaymentTokens: erasePaymentTokens(deps),
    takeOverProduct: takeOverProduct(deps),
  },
  reads: deps.reads,
  waitForOrder: waitForOrder(deps),
  now: deps.now,
});

export type App = ReturnType<typeof app>;
