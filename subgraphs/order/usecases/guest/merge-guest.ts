/** A guest who signs in: what was the guest's becomes the user's, once, whoever is first, the message or a request of the user. */
import type { MessageOf } from '#contracts/envelope.ts';
import { type GuestId, parseId, type UserId } from '#contracts/ids.ts';
import { guestHasSignedIn } from '#contracts/merged-guests.ts';
import type { UserGuestMerged } from '#contracts/messages/user.ts';
import type { AskingCustomer } from '#contracts/viewer.ts';
import { mergeCarts, mergeChoices } from '../../domain/cart/cart.ts';
import { hasDetails, mergeDetails } from '../../domain/cart/details.ts';
import { lockOrOpen } from '../cart/return-to-cart.ts';
import type { Deps, Stores } from '../ports.ts';

type Merge = { readonly guestId: GuestId; readonly userId: UserId };

/** Receives that a guest has signed in. */
export const mergeGuest =
  (deps: Deps) =>
  (message: MessageOf<typeof UserGuestMerged>): Promise<void> =>
    deps.receive(message, (stores) => merge(deps, stores, message.data));

/**
 * A request begins with this, before anything else is locked. A user who has just signed in finds what they had as a guest,
 * even if the message is still on its way. A guest who has signed in cannot go on as one: the user's cart may hold more
 * than the guest has ever seen, and the guest's token must not open what is the user's.
 */
export const beginRequest = async (
  deps: Pick<Deps, 'newId'>,
  stores: Stores,
  { customerId, mergedGuestId: guestId }: AskingCustomer,
): Promise<void> => {
  const userId = parseId('User', customerId);
  if (userId && guestId) await merge(deps, stores, { guestId, userId });
  if ((await stores.guests.ownerOf(customerId)) !== customerId) throw guestHasSignedIn();
};

/**
 * Keys, then orders, then carts: the order in which requests and checkouts lock them. Orders are waited for before the cart is
 * read, so what an order that ends meanwhile gives back is in the guest's cart by then, or goes straight to the user's.
 */
const merge = async (deps: Pick<Deps, 'newId'>, stores: Stores, { guestId, userId }: Merge): Promise<void> => {
  const { guests, orders, carts, catalogue, now } = stores;
  if (!(await guests.record({ guestId, userId }, now))) return;
  await orders.giveTo(guestId, userId);
  const from = await carts.lock(guestId);
  if (!from) return;
  if (from.lines.length === 0 && !hasDetails(from)) return await carts.remove(from.id);
  const into = await lockOrOpen(carts, { id: deps.newId('Cart'), customerId: userId, now });
  const entries = await catalogue.entries([...from.lines, ...into.lines].map(({ variantId }) => variantId));
  const { currency } = from.lines.length > 0 ? from : into;
  await carts.absorb({ from: from.id, into: into.id, lines: mergeCarts({ ...from, currency }, into, entries) }, now);
  await carts.revise(into.id, { currency, ...mergeDetails(from, into), ...mergeChoices(from, into) }, now);
};

// Once a minute (wiring.ts).
const cartsAtOnce = 1_000;

/** Removes carts that nobody has touched for long, with what was said about them; answers how many. Safe in many copies. */
export const removeIdleCarts =
  ({
    transaction,
    guestCartRetentionMs,
    cartRetentionMs,
  }: Pick<Deps, 'transaction' | 'guestCartRetentionMs' | 'cartRetentionMs'>) =>
  (): Promise<number> =>
    transaction(async ({ carts, now }) => {
      const before = (ageMs: number) => new Date(now.getTime() - ageMs);
      const ofGuests = await carts.removeIdle('GUESTS', before(guestCartRetentionMs), cartsAtOnce);
      return ofGuests + (await carts.removeIdle('USERS', before(cartRetentionMs), cartsAtOnce));
    });
