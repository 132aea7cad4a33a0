import { addToCart } from './add-to-cart.ts';
import { advanceCheckout } from './advance-checkout.ts';
import { cancelOrder } from './cancel-order.ts';
import { changeCartLine } from './change-cart-line.ts';
import { erasePaymentTokens } from './erase-payment-tokens.ts';
import { payOrder } from './pay-order.ts';
import { placeOrder } from './place-order.ts';
import type { Deps } from './ports.ts';
import { removeFromCart } from './remove-from-cart.ts';
import { resumeOrder } from './resume-order.ts';
import { sweepDeadlines } from './sweep-deadlines.ts';
import { takeOverProduct } from './take-over-product.ts';
import { waitForOrder } from './wait-for-order.ts';

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
