import type { NotificationResolvers } from './types.generated.ts';

export const notification: NotificationResolvers = {
  order: ({ orderId }) => (orderId ? { id: orderId } : null),
};
