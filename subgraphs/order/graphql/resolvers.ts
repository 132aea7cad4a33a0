import { completeResolvers } from '#platform/graphql/answered.ts';
import type { OrderView } from '../usecases/ports.ts';
import { cart, cartLine, cartLineNotFound } from './cart.ts';
import { mutations } from './mutations.ts';
import { order, orderCancelled, orderEvent, orderLine, paymentAction, refusal } from './order.ts';
import { queries } from './queries.ts';
import { variant } from './references.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';
import { user } from './user.ts';

/** Only a checkout that had begun has one: `failureOf` adds it, and what is refused before there is an order has none. */
const rejectedOrder = ({ rejectedOrder: order }: { rejectedOrder?: OrderView | null }) => order ?? null;

/** Subscriptions are the gateway's to answer. */
export const resolvers = completeResolvers<Omit<Resolvers, 'Subscription'>, ResolversParentTypes>()({
  Query: queries,
  Mutation: mutations,
  Cart: cart,
  CartLine: cartLine,
  Order: order,
  OrderLine: orderLine,
  OrderEvent: orderEvent,
  PaymentAction: paymentAction,
  User: user,
  CartLineNotFound: cartLineNotFound,
  OrderCancelled: orderCancelled,
  OrderNotCancellable: refusal,
  OrderNotPayable: refusal,
  OrderNotResumable: refusal,
  InsufficientStockLine: { variant },
  VariantUnavailableLine: { variant },
  PriceChangedLine: { variant, previousPrice: ({ was }) => was, currentPrice: ({ now }) => now },
  VariantUnavailable: { rejectedOrder },
  PriceChanged: { rejectedOrder },
} satisfies Resolvers);
