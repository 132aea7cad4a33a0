/** What the use cases of notifications need from outside. */
import type { UserId } from '#contracts/ids.ts';
import type { Notification } from '../../domain/notification/notification.ts';

export interface NotificationStore {
  insert(notification: Notification): Promise<void>;
}

export interface NotificationReads {
  /** Up to `limit + 1` notifications, so that the caller can see whether there are more. Newest first. */
  notifications(
    userId: UserId,
    page: { readonly limit: number; readonly after: Notification['id'] | undefined },
  ): Promise<readonly Notification[]>;
}
