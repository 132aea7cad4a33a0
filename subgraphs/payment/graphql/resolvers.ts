import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { mutations } from './mutations.ts';
import { order } from './order.ts';
import { payment } from './payment.ts';
import { paymentMethodMutations, paymentMethodTypes } from './payment-methods.ts';
import { providerEventMutations, providerEventQueries, providerEventTypes } from './provider-events.ts';
import { queries } from './queries.ts';
import { staffPaymentMutations, staffPaymentTypes } from './staff-payments.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: { ...queries, ...providerEventQueries },
  Mutation: { ...mutations, ...staffPaymentMutations, ...paymentMethodMutations, ...providerEventMutations },
  ...staffPaymentTypes,
  ...paymentMethodTypes,
  ...providerEventTypes,
  Payment: payment,
  Dispute: { payment: ({ paymentId }, _, { loaders }) => loaders.payments.load(paymentId) },
  LedgerEntry: { recordedAt: ({ at }) => at },
  Order: order,
  ConfirmPaymentSuccess: { payment: ({ paymentId }, _, { loaders }) => loaders.payments.load(paymentId) },
  PaymentNotConfirmable: { payment: ({ paymentId }, _, { loaders }) => loaders.payments.load(paymentId) },
} satisfies Resolvers);
