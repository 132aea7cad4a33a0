/** A guest who signs in: the guest's payments become the user's, once, whoever is first, the message or a request of the user. */
import type { MessageOf } from '#contracts/envelope.ts';
import { type GuestId, parseId, type UserId } from '#contracts/ids.ts';
import { guestHasSignedIn } from '#contracts/merged-guests.ts';
import type { UserGuestMerged } from '#contracts/messages/user.ts';
import type { AskingCustomer } from '#contracts/viewer.ts';
import type { Deps, Stores } from './ports.ts';

/** Receives that a guest has signed in. */
export const mergeGuest =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof UserGuestMerged>): Promise<void> =>
    receive(message, (stores) => merge(stores, message.data));

/**
 * A request begins with this, before anything is locked. A user who has just signed in finds what they had as a guest, even if
 * the message is still on its way; a guest who has signed in cannot go on as one.
 */
export const beginRequest = async (
  stores: Stores,
  { customerId, mergedGuestId: guestId }: AskingCustomer,
): Promise<void> => {
  const userId = parseId('User', customerId);
  if (userId && guestId) await merge(stores, { guestId, userId });
  if ((await stores.guests.ownerOf(customerId)) !== customerId) throw guestHasSignedIn();
};

const merge = async (
  { guests, payments, now }: Stores,
  merge: { readonly guestId: GuestId; readonly userId: UserId },
): Promise<void> => {
  if (await guests.record(merge, now)) await payments.giveTo(merge.guestId, merge.userId);
};
