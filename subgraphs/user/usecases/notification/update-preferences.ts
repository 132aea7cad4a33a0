import type { UserId } from '#contracts/ids.ts';
import { type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { notificationChannels } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';
import type { Preference } from './ports.ts';

export interface UpdateNotificationPreferences {
  readonly idempotencyKey?: string | undefined;
  readonly userId: UserId;
  readonly preferences: readonly Preference[];
}

/** Switches kinds of notifications on or off; what is not named stays. Doing it again changes nothing. */
export const updateNotificationPreferences =
  ({ transaction }: Deps) =>
  ({
    idempotencyKey: key,
    userId,
    preferences,
  }: UpdateNotificationPreferences): Promise<Result<null, IdempotencyConflict>> => {
    const request = { actor: userId, operation: 'updateNotificationPreferences', key, input: { preferences } };
    return transaction(({ notifications, idempotency }) =>
      idempotency.once<null, never>(request, async () => {
        // What is never sent anyway needs no row.
        const possible = preferences.filter(({ kind, channel }) => notificationChannels[kind].includes(channel));
        await notifications.setPreferences(userId, possible);
        return ok(null);
      }),
    );
  };
