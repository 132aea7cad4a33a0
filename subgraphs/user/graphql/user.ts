import { parseId } from '#contracts/ids.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import type { UserResolvers } from './types.generated.ts';

export const user = {
  // A malformed id is treated like an unknown one.
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('User', reference.id);
    return id ? loaders.users.load(id) : null;
  },

  notifications: ({ id }, args, { app }) =>
    connectionById('Notification', args, (page) => app.reads.notifications(id, page)),
} satisfies UserResolvers;
