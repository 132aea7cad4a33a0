/** What the use cases of notifications need from outside. */
import type { CustomerId, GuestId, UserId } from '#contracts/ids.ts';
import type { Addressee, Channel, Notification, NotificationKind } from '../../domain/notification/notification.ts';

export interface NotificationStore {
  /**
   * Whom to tell what is about this customer: the user that a guest has become, else the guest. A guest is held until the
   * transaction ends, so that nothing is written for one who is just becoming a user. Throws for a user who does not exist.
   */
  addressee(customerId: CustomerId): Promise<Addressee>;
  /**
   * The same for many at once: each once, also one who is named as a guest and as the user that they have become. Without
   * those that do not exist. Held until the transaction ends; an account that is among them cannot be closed meanwhile.
   */
  addressees(customerIds: readonly CustomerId[]): Promise<Addressee[]>;
  insert(...notifications: readonly (Omit<Notification, 'readAt'> & { readonly isHidden: boolean })[]): Promise<void>;
  /** What a guest was told is the user's from now on. In the transaction that makes the guest that user. */
  merge(guestId: GuestId, userId: UserId): Promise<void>;
  /** Marks these, or all, as read. What is not the customer's, or was read before, stays as it is. */
  markRead(customerId: CustomerId, ids: readonly Notification['id'][] | undefined): Promise<void>;
  setPreferences(userId: UserId, preferences: readonly Preference[]): Promise<void>;
}

export interface Preference {
  readonly kind: NotificationKind;
  readonly channel: Channel;
  readonly isEnabled: boolean;
}

export interface NotificationReads {
  /** Up to `limit + 1` notifications, so that the caller can see whether there are more. Newest first. */
  notifications(
    customerId: CustomerId,
    page: { readonly limit: number; readonly after: Notification['id'] | undefined },
  ): Promise<readonly Notification[]>;
  unreadNotifications(customerId: CustomerId): Promise<number>;
  optedOut(userId: UserId): Promise<Addressee['optedOut']>;
}
