import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { userAccess } from './access.ts';
import { accountMutations, accountQueries, user } from './account.ts';
import { notification, userNotifications } from './notification.ts';
import { sessionMutations } from './session.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: accountQueries,
  Mutation: { ...accountMutations, ...sessionMutations },
  User: { ...user, ...userAccess, ...userNotifications },
  Notification: notification,
} satisfies Resolvers);
