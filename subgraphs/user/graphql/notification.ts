import { connectionById } from '#platform/graphql/connection.ts';
import type { NotificationResolvers, UserResolvers } from './types.generated.ts';

export const userNotifications = {
  notifications: ({ id }, args, { app }) =>
    connectionById('Notification', args, (page) => app.reads.notifications(id, page)),
} satisfies UserResolvers;

export const notification = {
  order: ({ orderId }) => (orderId ? { id: orderId } : null),
} satisfies NotificationResolvers;
