/** What mutations answer: the thing as it is now, or a failure with the order that it is about. */
import type { CartId, OrderId } from '#contracts/ids.ts';
import { guestHasSignedIn } from '#contracts/merged-guests.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { CartView, OrderView } from '../usecases/ports.ts';
import { cartOfViewer, type GraphqlContext } from './loaders.ts';
import { failureOf, variant } from './models.ts';
import type { Resolvers } from './types.generated.ts';

/** Only a checkout that had begun has one: `failureOf` adds it, and what is refused before there is an order has none. */
const rejectedOrder = ({ rejectedOrder: order }: { rejectedOrder?: OrderView | null }) => order ?? null;

/** For failures that name an order: the order as it is now. */
const refusal = {
  order: ({ orderId }: { readonly orderId: OrderId }, _: unknown, context: GraphqlContext) =>
    orderAfter(context, orderId),
};

export const failures = {
  CartLineNotFound: {
    currentCart: (_, __, { viewer, loaders }) => cartOfViewer(loaders, viewer),
  },
  ShippingMethodUnavailable: {
    currentCart: ({ cartId }, _, { loaders }) => loaders.carts.load(cartId),
  },
  // Not `reason`, which others have with other types.
  CouponNotApplicable: { couponReason: ({ reason }) => reason },
  OrderNotCancellable: refusal,
  OrderNotPayable: refusal,
  OrderNotResumable: refusal,
  // Not `reason`, which PaymentDeclined has with another type: a client asks a union for both in one document.
  OrderCancelled: { cancellationReason: ({ reason }) => reason },
  InsufficientStockLine: { variant },
  VariantUnavailableLine: { variant },
  PriceChangedLine: { variant },
  VariantUnavailable: { rejectedOrder },
  PriceChanged: { rejectedOrder },
} satisfies Resolvers;

/**
 * The cart that a mutation has just changed. A user who repeats what they did as a guest gets the cart that it was merged
 * into.
 */
export const cartAfter = async ({ loaders, viewer }: GraphqlContext, id: CartId): Promise<CartView> => {
  const cart = (await loaders.carts.load(id)) ?? (viewer.kind === 'user' ? await cartOfViewer(loaders, viewer) : null);
  if (!cart) throw gone(id, viewer);
  return cart;
};

/** A guest may have signed in meanwhile, elsewhere: what was changed is the user's then. */
const gone = (id: string, { kind }: Viewer): Error =>
  kind === 'guest' ? guestHasSignedIn() : new Error(`${id} is gone right after it was changed`);

/** The order that a mutation has just changed: once its checkout rests, or as it is after `waitMs`. */
export const orderAfter = async ({ app, viewer }: GraphqlContext, id: OrderId, waitMs = 0): Promise<OrderView> => {
  const order = await app.waitForOrder(viewer, id, waitMs);
  if (!order) throw gone(id, viewer);
  return order;
};

/** Where the checkout is after the wait: what went wrong, or the order. A retry gets the order as it is by then. */
export const checkoutAfter = async <Success extends string>(
  context: GraphqlContext,
  success: Success,
  id: OrderId,
  waitMs: number,
) => {
  const order = await orderAfter(context, id, waitMs);
  return failureOf(order) ?? { __typename: success, order };
};
