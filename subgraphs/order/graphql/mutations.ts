import { refuseCardNumber } from '#contracts/card-number.ts';
import { parseId } from '#contracts/ids.ts';
import { assertInput, requireCustomer, requireId } from '#platform/graphql/inputs.ts';
import { namedFailure, payload } from '#platform/graphql/payload.ts';
import { maxQuantity } from '../domain/cart/cart.ts';
import { cartLineNotFound, variantUnavailable } from '../domain/failures.ts';
import type { PaymentMethod } from '../domain/order/order.ts';
import { textsOf } from './details.ts';
import { cartAfter, checkoutAfter, orderAfter } from './payloads.ts';
import type { MutationResolvers, PayOrderInput } from './types.generated.ts';

type PaymentMethodInput = Pick<PayOrderInput, 'paymentMethodToken' | 'savedPaymentMethodId' | 'returnUrl'>;

// 5 s: what a browser's user watches a spinner for, and well below every time-out on the way here.
const maxWaitMs = 5_000;

/** The defaults are those of the SDL, which the generated types do not know to have been filled in. */
const quantityOf = (quantity = 1): number => {
  assertInput(quantity >= 1 && quantity <= maxQuantity, `"quantity" must be from 1 to ${maxQuantity}.`);
  return quantity;
};

const waitMsOf = (waitMs = 0): number => {
  assertInput(waitMs >= 0 && waitMs <= maxWaitMs, `"waitMs" must be from 0 to ${maxWaitMs}.`);
  return waitMs;
};

/** The message does not repeat the token: errors are logged and shown. */
const paymentMethodTokenOf = (token: string): string => {
  assertInput(
    /^[\x21-\x7e]{1,200}$/.test(token),
    '"paymentMethodToken" has 1 to 200 printable characters, without spaces.',
  );
  refuseCardNumber(token, '"paymentMethodToken"');
  return token;
};

// 2,000: as long as an address may be to work in every browser.
const maxUrlLength = 2_000;

/** Whether the origin is one of the shop's is decided where the shop's are known. */
const returnUrlOf = (url: string): string => {
  const parsed = url.length <= maxUrlLength ? URL.parse(url) : null;
  const isUrl =
    parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '';
  assertInput(isUrl, `"returnUrl" must be an http(s) URL of up to ${maxUrlLength} characters, without a password.`);
  refuseCardNumber(url, '"returnUrl"');
  return url;
};

/** Whether it is one of the viewer's is known to payment, which declines any other. */
const savedMethodOf = (text: string) => {
  const id = parseId('PaymentMethod', text);
  assertInput(id !== undefined, '"savedPaymentMethodId" is not the ID of a payment method.');
  return id;
};

const paymentMethodOf = ({
  paymentMethodToken,
  savedPaymentMethodId,
  returnUrl,
}: PaymentMethodInput): PaymentMethod => ({
  paymentMethodToken: isGiven(paymentMethodToken) ? paymentMethodTokenOf(paymentMethodToken) : undefined,
  savedPaymentMethodId: isGiven(savedPaymentMethodId) ? savedMethodOf(savedPaymentMethodId) : undefined,
  returnUrl: isGiven(returnUrl) ? returnUrlOf(returnUrl) : undefined,
});

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

const expectedTotalOf = <M extends { readonly amount: number }>(total: M): M => {
  assertInput(total.amount >= 0, '"expectedTotal" cannot be less than nothing.');
  return total;
};

export const mutations = {
  addToCart: async (_, { idempotencyKey, input }, context) => {
    const asking = requireCustomer(context.viewer);
    const quantity = quantityOf(input.quantity);
    const variantId = parseId('Variant', input.variantId);
    if (!variantId) return namedFailure(variantUnavailable([]));
    const { addToCart } = context.app.commands;
    const result = await addToCart({
      ...asking,
      variantId,
      quantity,
      currency: input.currency ?? undefined,
      idempotencyKey: idempotencyKey ?? undefined,
    });
    return payload(result, async (id) => ({ __typename: 'AddToCartSuccess', cart: await cartAfter(context, id) }));
  },

  changeCartLine: async (_, { idempotencyKey, input }, context) => {
    const asking = requireCustomer(context.viewer);
    const quantity = quantityOf(input.quantity);
    const lineId = parseId('CartLine', input.lineId);
    if (!lineId) return namedFailure(cartLineNotFound);
    const { changeCartLine } = context.app.commands;
    const result = await changeCartLine({ ...asking, lineId, quantity, idempotencyKey: idempotencyKey ?? undefined });
    return payload(result, async (id) => ({ __typename: 'ChangeCartLineSuccess', cart: await cartAfter(context, id) }));
  },

  removeFromCart: async (_, { idempotencyKey, input }, context) => {
    const asking = requireCustomer(context.viewer);
    const lineId = parseId('CartLine', input.lineId);
    if (!lineId) return namedFailure(cartLineNotFound);
    const { removeFromCart } = context.app.commands;
    const result = await removeFromCart({ ...asking, lineId, idempotencyKey: idempotencyKey ?? undefined });
    return payload(result, async (id) => ({ __typename: 'RemoveFromCartSuccess', cart: await cartAfter(context, id) }));
  },

  setCartContact: async (_, { idempotencyKey, input }, context) => {
    const asking = { ...requireCustomer(context.viewer), idempotencyKey: idempotencyKey ?? undefined };
    const result = await context.app.commands.setCartContact({ ...asking, email: input.email ?? null });
    return payload(result, async (id) => ({ __typename: 'SetCartContactSuccess', cart: await cartAfter(context, id) }));
  },

  setCartNote: async (_, { idempotencyKey, input }, context) => {
    const asking = { ...requireCustomer(context.viewer), idempotencyKey: idempotencyKey ?? undefined };
    const result = await context.app.commands.setCartNote({ ...asking, texts: textsOf(input) });
    return payload(result, async (id) => ({ __typename: 'SetCartNoteSuccess', cart: await cartAfter(context, id) }));
  },

  setShippingAddress: async (_, { idempotencyKey, input }, context) => {
    const asking = { ...requireCustomer(context.viewer), idempotencyKey: idempotencyKey ?? undefined };
    const result = await context.app.commands.setShippingAddress({ ...asking, address: input.address ?? null });
    return payload(result, async (id) => ({
      __typename: 'SetShippingAddressSuccess',
      cart: await cartAfter(context, id),
    }));
  },

  setBillingAddress: async (_, { idempotencyKey, input }, context) => {
    const asking = { ...requireCustomer(context.viewer), idempotencyKey: idempotencyKey ?? undefined };
    const result = await context.app.commands.setBillingAddress({ ...asking, address: input.address ?? null });
    return payload(result, async (id) => ({
      __typename: 'SetBillingAddressSuccess',
      cart: await cartAfter(context, id),
    }));
  },

  acknowledgeCartWarnings: async (_, { idempotencyKey }, context) => {
    const asking = { ...requireCustomer(context.viewer), idempotencyKey: idempotencyKey ?? undefined };
    const result = await context.app.commands.acknowledgeCartWarnings(asking);
    return payload(result, async (id) => ({
      __typename: 'AcknowledgeCartWarningsSuccess',
      cart: await cartAfter(context, id),
    }));
  },

  reorder: async (_, { idempotencyKey, input }, context) => {
    const asking = { ...requireCustomer(context.viewer), idempotencyKey: idempotencyKey ?? undefined };
    const result = await context.app.commands.reorder({ ...asking, orderId: requireId('Order', input.orderId) });
    return payload(result, async ({ cartId, missing }) => ({
      __typename: 'ReorderSuccess',
      cart: await cartAfter(context, cartId),
      missing: [...missing],
    }));
  },

  placeOrder: async (_, { idempotencyKey, input }, context) => {
    const asking = requireCustomer(context.viewer);
    const waitMs = waitMsOf(input.waitMs);
    const result = await context.app.commands.placeOrder({
      ...asking,
      guestAddress: context.viewer.kind === 'guest' ? context.viewer.address : undefined,
      ...paymentMethodOf(input),
      expectedTotal: expectedTotalOf(input.expectedTotal),
      idempotencyKey,
    });
    return payload(result, (id) => checkoutAfter(context, 'PlaceOrderSuccess', id, waitMs));
  },

  payOrder: async (_, { idempotencyKey, input }, context) => {
    const { viewer } = context;
    const waitMs = waitMsOf(input.waitMs);
    const orderId = requireId('Order', input.orderId);
    const result = await context.app.commands.payOrder({ viewer, orderId, ...paymentMethodOf(input), idempotencyKey });
    return payload(result, (id) => checkoutAfter(context, 'PayOrderSuccess', id, waitMs));
  },

  cancelOrder: async (_, { idempotencyKey, input }, context) => {
    const orderId = requireId('Order', input.orderId);
    const { cancelOrder } = context.app.commands;
    const result = await cancelOrder({ viewer: context.viewer, orderId, idempotencyKey });
    return payload(result, async (id) => ({ __typename: 'CancelOrderSuccess', order: await orderAfter(context, id) }));
  },

  resumeOrder: async (_, { idempotencyKey, input }, context) => {
    const orderId = requireId('Order', input.orderId);
    const { resumeOrder } = context.app.commands;
    const result = await resumeOrder({ viewer: context.viewer, orderId, idempotencyKey });
    return payload(result, async (id) => ({ __typename: 'ResumeOrderSuccess', order: await orderAfter(context, id) }));
  },
} satisfies MutationResolvers;
