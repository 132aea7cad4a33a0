import { cart, cartLine, cartLineNotFound } from './cart.ts';
import { mutations } from './mutations.ts';
import { order, orderCancelled, orderEvent, orderLine, paymentAction, refusal } from './order.ts';
import { queries } from './queries.ts';
import { variant } from './references.ts';
import type { Resolvers } from './types.generated.ts';
import { user } from './user.ts';

export const resolvers: Resolvers = {
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
  OrderNotParked: refusal,
  ShortLine: { variant },
  UnavailableLine: { variant },
  PriceChangedLine: { variant },
};
