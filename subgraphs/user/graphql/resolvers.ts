import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { mutations } from './mutations.ts';
import { queries } from './queries.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';
import { user } from './user.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: queries,
  Mutation: mutations,
  User: user,
  Notification: { order: ({ orderId }) => (orderId ? { id: orderId } : null) },
} satisfies Resolvers);
