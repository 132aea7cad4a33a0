/** What a cart comes to, and what its customer decides about that. */
import { parseId } from '#contracts/ids.ts';
import { type Money, money } from '#contracts/money.ts';
import { assertInput, requireCustomer } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { isTooMuch } from '../domain/cart/cart.ts';
import { couponTexts } from '../domain/customer-texts.ts';
import { couponStates, destinationOf } from '../domain/pricing/cart-pricing.ts';
import type { Pricing, ShippingQuote, Totals } from '../domain/pricing/pricing.ts';
import type { CartView } from '../usecases/ports.ts';
import { type GraphqlContext, pricingOf } from './loaders.ts';
import { type ShippingQuoteModel, variant } from './models.ts';
import { cartAfter } from './payloads.ts';
import type { CartCouponResolvers, CartResolvers, MutationResolvers, TotalsResolvers } from './types.generated.ts';

const quoted = ({ method, amount }: ShippingQuote, { currency }: CartView): ShippingQuoteModel => ({
  ...{ id: method.id, title: method.title, price: money(amount, currency) },
});

const totalsWithin = ({ totals }: Pricing): Totals | null => (isTooMuch(totals) ? null : totals);

export const cartPricing = {
  total: async (it, _, { loaders }) => {
    const totals = totalsWithin(await pricingOf(loaders, it));
    return totals && money(totals.total, totals.currency);
  },
  totals: async (it, _, { loaders }) => totalsWithin(await pricingOf(loaders, it)),
  discounts: async (it, _, { loaders }) =>
    (await pricingOf(loaders, it)).applied.map(({ candidate: { promotion, code }, amount }) => ({
      ...{ title: promotion.title, code, amount: money(amount, it.currency) },
    })),
  coupons: async (it, _, { loaders }) =>
    it.couponCodes.length === 0 ? [] : couponStates(it, await pricingOf(loaders, it)),
  gifts: async (it, _, { loaders }) =>
    (await pricingOf(loaders, it)).refused.flatMap(({ candidate: { promotion }, reason }) => {
      const { title, effect } = promotion;
      if (reason !== 'GIFT_NOT_IN_CART' || effect.kind !== 'FREE_GIFT') return [];
      return [
        { title, quantity: effect.quantity, variants: effect.variantIds.map((variantId) => variant({ variantId })) },
      ];
    }),
  country: (it) => destinationOf(it)?.country ?? null,
  taxes: async (it, _, { loaders }) =>
    (await pricingOf(loaders, it)).taxes.map((tax) => ({ ...tax, currency: it.currency })),
  shippingMethods: async (it, _, { loaders }) =>
    (await pricingOf(loaders, it)).quotes.map((quote) => quoted(quote, it)),
  shippingMethod: async (it, _, { loaders }) => {
    if (it.shippingMethodId === null) return null;
    const { shipping } = await pricingOf(loaders, it);
    return shipping && quoted(shipping, it);
  },
} satisfies CartResolvers;

export const cartCoupon = {
  isApplied: ({ reason }) => reason === null,
  message: ({ reason }) => reason && couponTexts[reason],
} satisfies CartCouponResolvers;

const moneyOf =
  (part: Exclude<keyof Totals, 'currency'>) =>
  (totals: Totals): Money =>
    money(totals[part], totals.currency);

export const totals = {
  lines: moneyOf('lines'),
  discount: moneyOf('discount'),
  shipping: moneyOf('shipping'),
  tax: moneyOf('tax'),
  taxIncluded: moneyOf('taxIncluded'),
  total: moneyOf('total'),
} satisfies TotalsResolvers;

/** Whether the shop sells there is for its shipping methods to say. */
const countryOf = (country: string | null | undefined): string | undefined => {
  assertInput(country == null || /^[A-Z]{2}$/.test(country), '"country" must be an ISO 3166-1 code, such as DE.');
  return country ?? undefined;
};

type Key = { readonly idempotencyKey?: string | null | undefined };
const command = ({ viewer }: GraphqlContext, { idempotencyKey }: Key) => ({
  ...requireCustomer(viewer),
  idempotencyKey: idempotencyKey ?? undefined,
});

export const cartPricingMutations = {
  applyCoupon: async (_, { input, ...key }, context) => {
    const result = await context.app.commands.applyCoupon({ ...command(context, key), code: input.code });
    return payload(result, async (id) => ({ __typename: 'ApplyCouponSuccess', cart: await cartAfter(context, id) }));
  },

  removeCoupon: async (_, { input, ...key }, context) => {
    const result = await context.app.commands.removeCoupon({ ...command(context, key), code: input.code });
    return payload(result, async (id) => ({ __typename: 'RemoveCouponSuccess', cart: await cartAfter(context, id) }));
  },

  chooseShippingMethod: async (_, { input, ...key }, context) => {
    const country = countryOf(input.country);
    const id = input.shippingMethodId ?? undefined;
    assertInput(country !== undefined || id !== undefined, 'Give "shippingMethodId", "country" or both.');
    const chosen = id === undefined ? undefined : parseId('ShippingMethod', id);
    assertInput(id === undefined || chosen !== undefined, '"shippingMethodId" is not the ID of a shipping method.');
    const { chooseShippingMethod } = context.app.commands;
    const result = await chooseShippingMethod({ ...command(context, key), shippingMethodId: chosen, country });
    return payload(result, async (cartId) => ({
      ...{ __typename: 'ChooseShippingMethodSuccess', cart: await cartAfter(context, cartId) },
    }));
  },
} satisfies MutationResolvers;
