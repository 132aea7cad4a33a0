import type { UserId } from '#contracts/ids.ts';
import { notificationChannels } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';
import type { Preference } from './ports.ts';

/** Switches kinds of notifications on or off; what is not named stays. Doing it again changes nothing. */
export const updateNotificationPreferences =
  ({ transaction }: Deps) =>
  (userId: UserId, preferences: readonly Preference[]): Promise<void> =>
    transaction(({ notifications }) =>
      // What is never sent anyway needs no row.
      notifications.setPreferences(
        userId,
        preferences.filter(({ kind, channel }) => notificationChannels[kind].includes(channel)),
      ),
    );
