import { completeResolvers } from '#platform/graphql/subgraph-schema.ts';
import { accessMutations, accessQueries, auditEntry, userAccess } from './access.ts';
import { accountMutations, accountQueries, registerSuccess, user } from './account.ts';
import { addressMutations, addressQueries, addressTypes, userAddresses } from './address.ts';
import { notification, notificationMutations, notificationQueries, userNotifications } from './notification.ts';
import { refreshSessionSuccess, session, sessionMutations, userSessions } from './session.ts';
import type { Resolvers, ResolversParentTypes } from './types.generated.ts';
import { userConnection, userSearchQueries } from './user-search.ts';

export const resolvers = completeResolvers<Resolvers, ResolversParentTypes>()({
  Query: { ...accountQueries, ...userSearchQueries, ...accessQueries, ...addressQueries, ...notificationQueries },
  Mutation: {
    ...accountMutations,
    ...sessionMutations,
    ...accessMutations,
    ...addressMutations,
    ...notificationMutations,
  },
  RegisterSuccess: registerSuccess,
  User: { ...user, ...userAccess, ...userSessions, ...userAddresses, ...userNotifications },
  ...addressTypes,
  UserConnection: userConnection,
  AuditEntry: auditEntry,
  Notification: notification,
  RefreshSessionSuccess: refreshSessionSuccess,
  Session: session,
} satisfies Resolvers);
