/** Customers who want to know when a variant is in stock again. */
import type { MessageOf } from '#contracts/envelope.ts';
import { type GuestId, parseId, type UserId, type VariantId } from '#contracts/ids.ts';
import { guestHasSignedIn } from '#contracts/merged-guests.ts';
import type { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import { CallerFault, fail, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import type { AskingCustomer } from '#contracts/viewer.ts';
import { availabilityOf, isInStock, mostAlertsPerCustomer } from '../../domain/inventory/availability.ts';
import {
  type AlreadyInStock,
  alreadyInStock,
  type TooManyStockAlerts,
  tooManyStockAlerts,
} from '../../domain/inventory/failures.ts';
import type { Deps, Stores } from '../ports.ts';

export interface AskedAboutVariant extends AskingCustomer {
  readonly idempotencyKey: string | undefined;
  readonly variantId: VariantId;
}

/**
 * Tells the customer once the variant is in stock: once, then they may ask again. Asking twice changes nothing. NOT_FOUND for
 * what is not on sale.
 */
export const notifyWhenInStock =
  ({ transaction }: Deps) =>
  (command: AskedAboutVariant): Promise<Result<VariantId, AlreadyInStock | TooManyStockAlerts | IdempotencyConflict>> =>
    transaction(async (stores) => {
      const { customerId, variantId, idempotencyKey: key } = command;
      await beginRequest(stores, command);
      const request = { actor: customerId, operation: 'notifyWhenInStock', key, input: { variantId } };
      return stores.idempotency.once<VariantId, AlreadyInStock | TooManyStockAlerts>(request, async () => {
        const [variant] = await stores.availability.variants([variantId]);
        if (!variant?.isOnSale) throw new CallerFault('NOT_FOUND', 'There is no such variant.');
        if (isInStock(availabilityOf(variant))) return fail(alreadyInStock(variantId));
        if (!(await stores.alerts.add(customerId, variantId, mostAlertsPerCustomer))) return fail(tooManyStockAlerts);
        // What came in since we looked was announced before this alert was there.
        await stores.availability.lookAgain([variantId]);
        return ok(variantId);
      });
    }, command.customerId);

/** Takes it back. Without such an alert it changes nothing. */
export const stopNotifyingWhenInStock =
  ({ transaction }: Deps) =>
  (command: AskedAboutVariant): Promise<Result<VariantId, IdempotencyConflict>> =>
    transaction(async (stores) => {
      const { customerId, variantId, idempotencyKey: key } = command;
      await beginRequest(stores, command);
      const request = { actor: customerId, operation: 'stopNotifyingWhenInStock', key, input: { variantId } };
      return stores.idempotency.once<VariantId, never>(request, async () => {
        await stores.alerts.remove(customerId, variantId);
        return ok(variantId);
      });
    }, command.customerId);

/** A guest has signed in: what they wait for the user waits for. */
export const mergeGuest =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof UserGuestMerged>): Promise<void> =>
    receive(message, (stores) => merge(stores, message.data));

/** Nobody is there to be told. */
export const forgetClosedUser =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof UserClosed>): Promise<void> =>
    receive(message, ({ alerts }) => alerts.removeAllOf(message.data.userId));

/**
 * Before anything is locked. A user who has just signed in finds what they had as a guest, even if the message is still on its
 * way; a guest who has signed in cannot go on as one.
 */
const beginRequest = async (stores: Stores, { customerId, mergedGuestId: guestId }: AskingCustomer): Promise<void> => {
  const userId = parseId('User', customerId);
  if (userId && guestId) await merge(stores, { guestId, userId });
  if ((await stores.guests.ownerOf(customerId)) !== customerId) throw guestHasSignedIn();
};

const merge = async (
  { guests, alerts, availability, now }: Stores,
  given: { readonly guestId: GuestId; readonly userId: UserId },
): Promise<void> => {
  if (!(await guests.record(given, now))) return;
  const variantIds = await alerts.giveTo(given.guestId, given.userId);
  // Whoever was just telling those who wait has not seen the user's rows, and not found the guest's any more.
  if (variantIds.length > 0) await availability.lookAgain(variantIds);
};
