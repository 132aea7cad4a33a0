import { mutations } from './mutations.ts';
import { notification } from './notification.ts';
import { queries } from './queries.ts';
import type { Resolvers } from './types.generated.ts';
import { user } from './user.ts';

export const resolvers: Resolvers = {
  Query: queries,
  Mutation: mutations,
  User: user,
  Notification: notification,
};
