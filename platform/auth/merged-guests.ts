/** The table `guest_merge`, and the lock that lets nothing be written for a guest while they become a user. */
import { type GuestId, parseId, type UserId } from '#contracts/ids.ts';
import type { MergedGuests } from '#contracts/merged-guests.ts';
import type { Sql } from '../database/transaction.ts';

export const mergedGuests = (tx: Sql): MergedGuests => {
  const userOf = async (guestId: GuestId): Promise<UserId | undefined> => {
    const [row] = await tx.$queryRawUnsafe<{ id: UserId }[]>(
      'SELECT user_id AS id FROM guest_merge WHERE guest_id = $1',
      guestId,
    );
    return row?.id;
  };
  return {
    async ownerOf(customerId) {
      const guestId: GuestId | undefined = parseId('Guest', customerId);
      if (!guestId) return customerId;
      // Shared: a guest's own requests do not wait for each other here. An advisory lock, because a guest has no row; a
      // statement of its own, because the next one has to see what the merge that was waited for has committed.
      await tx.$executeRawUnsafe('SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))', guestId);
      return (await userOf(guestId)) ?? customerId;
    },

    async record({ guestId, userId }, now) {
      // Most often it is known: the message comes once, and then requests ask for a quarter of an hour.
      if (await userOf(guestId)) return false;
      await tx.$executeRawUnsafe('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', guestId);
      const recorded = await tx.$executeRawUnsafe(
        'INSERT INTO guest_merge (guest_id, user_id, merged_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        ...[guestId, userId, now],
      );
      if (recorded === 0) return false;
      await giveKeys(tx, guestId, userId);
      return true;
    },
  };
};

/** A key that the user has used for the same operation remains the user's. */
const giveKeys = (tx: Sql, guestId: GuestId, userId: UserId) =>
  tx.$executeRawUnsafe(
    `WITH given AS (DELETE FROM idempotency_key WHERE actor = $1 RETURNING *)
     INSERT INTO idempotency_key (actor, operation, key, fingerprint, result, created_at)
     SELECT $2, operation, key, fingerprint, result, created_at FROM given
     ON CONFLICT DO NOTHING`,
    ...[guestId, userId],
  );
