import { parseId } from '#contracts/ids.ts';
import { cartLineNotFound, variantUnavailable } from '../domain/failures.ts';
import { named, payload } from './failures.ts';
import { existing, expectedTotalOf, paymentMethodTokenOf, quantityOf, signedIn, waitMsOf } from './inputs.ts';
import { cartAfter, checkoutAfter, orderAfter } from './payloads.ts';
import type { MutationResolvers } from './types.generated.ts';

export const mutations = {
  addToCart: async (_, { idempotencyKey, input }, context) => {
    const customerId = signedIn(context.viewer).id;
    const quantity = quantityOf(input.quantity);
    const variantId = parseId('Variant', input.variantId);
    if (!variantId) return named(variantUnavailable([]));
    const { addToCart } = context.app.commands;
    const result = await addToCart({ customerId, variantId, quantity, idempotencyKey: idempotencyKey ?? undefined });
    return payload(result, async (id) => ({ __typename: 'AddToCartSuccess', cart: await cartAfter(context, id) }));
  },

  changeCartLine: async (_, { idempotencyKey, input }, context) => {
    const customerId = signedIn(context.viewer).id;
    const quantity = quantityOf(input.quantity);
    const lineId = parseId('CartLine', input.lineId);
    if (!lineId) return named(cartLineNotFound);
    const { changeCartLine } = context.app.commands;
    const result = await changeCartLine({ customerId, lineId, quantity, idempotencyKey: idempotencyKey ?? undefined });
    return payload(result, async (id) => ({ __typename: 'ChangeCartLineSuccess', cart: await cartAfter(context, id) }));
  },

  removeFromCart: async (_, { idempotencyKey, input }, context) => {
    const customerId = signedIn(context.viewer).id;
    const lineId = parseId('CartLine', input.lineId);
    if (!lineId) return named(cartLineNotFound);
    const { removeFromCart } = context.app.commands;
    const result = await removeFromCart({ customerId, lineId, idempotencyKey: idempotencyKey ?? undefined });
    return payload(result, async (id) => ({ __typename: 'RemoveFromCartSuccess', cart: await cartAfter(context, id) }));
  },

  placeOrder: async (_, { idempotencyKey, input }, context) => {
    const customerId = signedIn(context.viewer).id;
    const waitMs = waitMsOf(input.waitMs);
    const result = await context.app.commands.placeOrder({
      customerId,
      paymentMethodToken: paymentMethodTokenOf(input.paymentMethodToken),
      expectedTotal: expectedTotalOf(input.expectedTotal),
      idempotencyKey,
    });
    return payload(result, (id) => checkoutAfter(context, 'PlaceOrderSuccess', id, waitMs));
  },

  payOrder: async (_, { idempotencyKey, input }, context) => {
    const viewer = signedIn(context.viewer);
    const waitMs = waitMsOf(input.waitMs);
    const orderId = existing('Order', input.orderId);
    const paymentMethodToken = paymentMethodTokenOf(input.paymentMethodToken);
    const result = await context.app.commands.payOrder({ viewer, orderId, paymentMethodToken, idempotencyKey });
    return payload(result, (id) => checkoutAfter(context, 'PayOrderSuccess', id, waitMs));
  },

  cancelOrder: async (_, { idempotencyKey, input }, context) => {
    const orderId = existing('Order', input.orderId);
    const { cancelOrder } = context.app.commands;
    const result = await cancelOrder({ viewer: signedIn(context.viewer), orderId, idempotencyKey });
    return payload(result, async (id) => ({ __typename: 'CancelOrderSuccess', order: await orderAfter(context, id) }));
  },

  resumeOrder: async (_, { idempotencyKey, input }, context) => {
    const orderId = existing('Order', input.orderId);
    const { resumeOrder } = context.app.commands;
    const result = await resumeOrder({ viewer: signedIn(context.viewer), orderId, idempotencyKey });
    return payload(result, async (id) => ({ __typename: 'ResumeOrderSuccess', order: await orderAfter(context, id) }));
  },
} satisfies MutationResolvers;
