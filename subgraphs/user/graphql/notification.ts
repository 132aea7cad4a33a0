import { parseId, type UserId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { customerOf, type Viewer } from '#contracts/viewer.ts';
import { connectionById, largestPage } from '#platform/graphql/connection.ts';
import { requireSignedIn } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { type Channel, type NotificationKind, notificationChannels } from '../domain/notification/notification.ts';
import type { App } from '../usecases/app.ts';
import type { MutationResolvers, NotificationResolvers, QueryResolvers, UserResolvers } from './types.generated.ts';

/** A machine has no notifications. */
const customerIn = (viewer: Viewer) => {
  const customerId = customerOf(viewer);
  if (!customerId) throw new CallerFault('FORBIDDEN', 'An API key has no notifications.');
  return customerId;
};

export const notificationQueries = {
  notifications: (_, args, { app, viewer }) =>
    connectionById('Notification', args, (page) => app.reads.notifications(customerIn(viewer), page)),
} satisfies QueryResolvers;

export const notificationMutations = {
  markNotificationsRead: async (_, { idempotencyKey, input: { ids } }, { app, viewer }) => {
    if (ids && ids.length > largestPage)
      throw new CallerFault('BAD_USER_INPUT', `"ids" may name ${largestPage} notifications at most.`);
    const command = {
      idempotencyKey: idempotencyKey ?? undefined,
      customerId: customerIn(viewer),
      // A malformed id is treated like an unknown one.
      ids: ids?.flatMap((text) => parseId('Notification', text) ?? []),
    };
    return payload(await app.commands.markNotificationsRead(command), (unreadCount) => ({
      __typename: 'MarkNotificationsReadSuccess',
      unreadCount,
    }));
  },

  updateNotificationPreferences: async (_, { idempotencyKey, input }, { app, viewer }) => {
    const { id: userId } = requireSignedIn(viewer);
    const command = { ...input, idempotencyKey: idempotencyKey ?? undefined, userId };
    return payload(await app.commands.updateNotificationPreferences(command), async () => ({
      __typename: 'UpdateNotificationPreferencesSuccess',
      preferences: await preferencesOf(app, userId),
    }));
  },
} satisfies MutationResolvers;

const preferencesOf = async ({ reads }: App, userId: UserId) => {
  const off = await reads.optedOut(userId);
  return Object.entries(notificationChannels).flatMap(([kind, channels]) =>
    channels.map((channel: Channel) => ({
      kind: kind as NotificationKind,
      channel,
      isEnabled: !off.some((out) => out.kind === kind && out.channel === channel),
    })),
  );
};

export const userNotifications = {
  notifications: ({ id }, args, { app }) =>
    connectionById('Notification', args, (page) => app.reads.notifications(id, page)),
  unreadNotificationCount: ({ id }, _, { app }) => app.reads.unreadNotifications(id),
  notificationPreferences: ({ id }, _, { app }) => preferencesOf(app, id),
} satisfies UserResolvers;

export const notification = {
  order: ({ orderId }) => (orderId ? { id: orderId } : null),
  product: ({ productId }) => (productId ? { id: productId } : null),
} satisfies NotificationResolvers;
