/** Guests who have signed in, as a service knows them that stores things by customer; platform/auth/merged-guests.ts keeps the rows. */
import type { CustomerId, GuestId, UserId } from './ids.ts';
import { CallerFault } from './result.ts';

export interface MergedGuests {
  /**
   * Who owns what is written for this customer: for a merged guest the user that they have become. Whoever writes for a
   * customer asks first: until the transaction ends, the guest cannot be merged.
   */
  ownerOf(customerId: CustomerId): Promise<CustomerId>;
  /**
   * Records that the guest has become this user, once; false when that is known already. What still writes for the guest is
   * waited for. The guest's idempotency keys become the user's, who may be retrying what the guest has asked for.
   */
  record(merge: { readonly guestId: GuestId; readonly userId: UserId }, now: Date): Promise<boolean>;
}

/** Whoever still asks in the name of a guest who has become a user. */
export const guestHasSignedIn = (): CallerFault =>
  new CallerFault('UNAUTHENTICATED', 'This guest has signed in. Continue with the tokens of that sign-in.');
