import type { MessageOf } from '#contracts/envelope.ts';
import type { ProductChanged } from '#contracts/messages/product.ts';
import { addToCart, changeCartLine, removeFromCart } from './cart/change-cart.ts';
import { advanceCheckout, erasePaymentTokens, sweepDeadlines } from './checkout/advance-checkout.ts';
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
    placeOrder: placeOrder(deps),
    payOrder: payOrder(deps),
    cancelOrder: cancelOrder(deps),
    resumeOrder: resumeOrder(deps),
    advanceCheckout: advanceCheckout(deps),
    sweepDeadlines: sweepDeadlines(deps),
    erasePaymentTokens: erasePaymentTokens(deps),
    mergeGuest: mergeGuest(deps),
    removeIdleGuestCarts: removeIdleGuestCarts(deps),
    /** Keeps our replica of the catalogue: the product as the message has it, unless we have a later version. */
    upsertProductReplica: (message: MessageOf<typeof ProductChanged>): Promise<void> =>
      deps.receive(message, ({ catalogue }) => catalogue.upsertProduct(message.data, message.sequence)),
  },
  reads: deps.reads,
  waitForOrder: waitForOrder(deps),
  now: deps.now,
});

export type App = ReturnType<typeof app>;
