import type { NotificationResolvers } from './types.generated.ts';

export const notification = {
  order: ({ orderId }) => (orderId ? { id: orderId } : null),
} satisfies NotificationResolvers;
