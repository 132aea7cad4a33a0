import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { mutations } from './mutations.ts';
import { order } from './order.ts';
import { payment } from './payment.ts';
import { queries } from './queries.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: queries,
  Mutation: mutations,
  Payment: payment,
  LedgerEntry: { recordedAt: ({ at }) => at },
  Order: order,
  ConfirmPaymentSuccess: { payment: ({ paymentId }, _, { loaders }) => loaders.payments.load(paymentId) },
  PaymentNotConfirmable: { payment: ({ paymentId }, _, { loaders }) => loaders.payments.load(paymentId) },
} satisfies Resolvers);
