import { parseId } from '#contracts/ids.ts';
import { mayRead } from '#contracts/viewer.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import { postalAddressTypes } from '#platform/graphql/postal-address.ts';
import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { cart, cartLine, cartWarning } from './cart.ts';
import { cartCoupon, cartPricingMutations, totals } from './cart-pricing.ts';
import { variant } from './models.ts';
import { mutations } from './mutations.ts';
import { order, orderEvent, orderLine, paymentAction, taxLine } from './order.ts';
import { failures } from './payloads.ts';
import { queries } from './queries.ts';
import { promotion, promotionEffect, staffPricingMutations, staffPricingQueries } from './staff-pricing.ts';
import type { Resolvers, ResolversParentTypes, UserResolvers } from './types.generated.ts';

/** Whether there is such a user is not ours to say. */
const user = {
  __resolveReference: (reference) => {
    const id = parseId('User', reference.id);
    return id ? { id } : null;
  },
  cart: ({ id }, _, { loaders }) => loaders.cartsOf.load(id),
  orders: ({ id }, args, { viewer, loaders }) =>
    mayRead(viewer, id, 'orders:read') ? connectionById('Order', args, (page) => loaders.ordersOf(id, page)) : null,
} satisfies UserResolvers;

/** Subscriptions are the gateway's to answer. */
export const resolvers = completeResolvers<Omit<Resolvers, 'Subscription'>, ResolversParentTypes>()({
  Query: { ...queries, ...staffPricingQueries },
  Mutation: { ...mutations, ...cartPricingMutations, ...staffPricingMutations },
  Cart: cart,
  CartLine: cartLine,
  CartWarning: cartWarning,
  MissingLine: { variant },
  Order: order,
  CartCoupon: cartCoupon,
  Totals: totals,
  TaxLine: taxLine,
  Promotion: promotion,
  PromotionEffect: promotionEffect,
  OrderLine: orderLine,
  OrderEvent: orderEvent,
  PaymentAction: paymentAction,
  User: user,
  ...postalAddressTypes,
  ...failures,
} satisfies Resolvers);
