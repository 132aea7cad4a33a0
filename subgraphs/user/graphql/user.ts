import { parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { connection, type Page, parsePage } from '#platform/graphql/connection.ts';
import type { UserResolvers } from './types.generated.ts';

export const user = {
  // A malformed id is treated like an unknown one.
  __resolveReference: (reference, { loaders }) => {
    const id = parseId('User', reference.id);
    return id ? loaders.users.load(id) : null;
  },

  notifications: async ({ id }, args, { app }) => {
    const page = parsePage(args);
    const rows = await app.reads.notifications(id, { limit: page.limit, after: notificationBefore(page) });
    return connection(rows, page, (notification) => [notification.id]);
  },
} satisfies UserResolvers;

const notificationBefore = ({ after }: Page) => {
  if (!after) return undefined;
  const id = parseId('Notification', after[0] ?? '');
  if (!id) throw new CallerFault('BAD_USER_INPUT', '"after" is not a cursor of this list.');
  return id;
};
