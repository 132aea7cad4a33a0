/** What the mutations answer when they did their work: the thing as it is now. */
import type { CartId, OrderId } from '#contracts/ids.ts';
import type { OrderView } from '../usecases/ports.ts';
import type { GraphqlContext } from './context.ts';
import { failureOf } from './failures.ts';

export const cartAfter = async ({ loaders }: GraphqlContext, id: CartId) => {
  const cart = await loaders.carts.load(id);
  if (!cart) throw new Error(`${id} is gone right after it was changed`);
  return cart;
};

export const orderAfter = async ({ app, viewer }: GraphqlContext, id: OrderId, waitMs = 0): Promise<OrderView> => {
  const order = await app.waitForOrder(viewer, id, waitMs);
  if (!order) throw new Error(`${id} is gone right after it was changed`);
  return order;
};

/** How the checkout stands after the wait: what went wrong, or the order. A retry is told of the order as it is by then. */
export const checkoutAfter = async <Success extends string>(
  context: GraphqlContext,
  success: Success,
  id: OrderId,
  waitMs: number,
) => {
  const order = await orderAfter(context, id, waitMs);
  return failureOf(order) ?? { __typename: success, order };
};
