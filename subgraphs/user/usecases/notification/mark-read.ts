import type { CustomerId } from '#contracts/ids.ts';
import { type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import type { Deps } from '../ports.ts';

export interface MarkNotificationsRead {
  readonly idempotencyKey?: string | undefined;
  readonly customerId: CustomerId;
  /** All when undefined. */
  readonly ids: readonly Notification['id'][] | undefined;
}

/** Marks notifications as read. Returns how many are left unread. Doing it again changes nothing. */
export const markNotificationsRead =
  ({ transaction, reads }: Deps) =>
  async ({
    idempotencyKey: key,
    customerId,
    ids,
  }: MarkNotificationsRead): Promise<Result<number, IdempotencyConflict>> => {
    const request = { actor: customerId, operation: 'markNotificationsRead', key, input: { ids: ids ?? null } };
    const marked = await transaction(({ notifications, idempotency }) =>
      idempotency.once<null, never>(request, async () => {
        await notifications.markRead(customerId, ids);
        return ok(null);
      }),
    );
    return marked.ok ? ok(await reads.unreadNotifications(customerId)) : marked;
  };
