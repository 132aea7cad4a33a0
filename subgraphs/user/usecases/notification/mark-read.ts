import type { CustomerId } from '#contracts/ids.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';

/** Marks notifications as read: those named, or all. Returns how many are left unread. Doing it again changes nothing. */
export const markNotificationsRead =
  ({ transaction, reads }: Deps) =>
  async (customerId: CustomerId, ids: readonly Notification['id'][] | undefined): Promise<number> => {
    await transaction(({ notifications }) => notifications.markRead(customerId, ids));
    return reads.unreadNotifications(customerId);
  };
