/** What the order asks about the stock of one attempt, and the sweep that ends reservations by time. */
import type { DataOf, MessageOf } from '#contracts/envelope.ts';
import type { CommitStock, ReleaseStock, ReserveStock } from '#contracts/messages/stock.ts';
import { type Decision, decide, decideReservation, perVariant } from '../../domain/inventory/decide.ts';
import { isOwed, movementsOf } from '../../domain/inventory/reservation-lines.ts';
import type { Reservation } from '../../domain/inventory/reservation-states.ts';
import type { Deps, Stores } from '../ports.ts';
import { moveStock } from './move-stock.ts';

/**
 * Holds every unit that the attempt asks for, at the price that the customer saw, or none of them. An attempt that was answered
 * before gets the same reply and holds nothing more.
 */
export const reserveStock =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof ReserveStock>): Promise<void> =>
    receive(message, async (stores) => {
      const { attemptId, orderId } = message.data;
      const before = await stores.reservations.lock(attemptId, orderId);
      const isNew = before.status === 'NONE';
      await applyDecision(
        stores,
        before,
        isNew ? await firstDecision(stores, message.data) : decide(before, 'reserve'),
      );
    });

const firstDecision = async (
  { stock, now }: Stores,
  { attemptId, orderId, lines, ttlMs }: DataOf<typeof ReserveStock>,
): Promise<Decision> => {
  const wanted = perVariant(lines);
  const offers = await stock.lockOffers(wanted.map(({ variantId }) => variantId));
  return decideReservation({ attemptId, orderId, expiresAt: new Date(now.getTime() + ttlMs) }, wanted, offers);
};

/** Sells what the attempt holds, once. Without a live reservation the reply says why not, and no unit moves. */
export const commitStock =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof CommitStock>): Promise<void> =>
    receive(message, (stores) => answer(stores, message.data, 'commit'));

/**
 * Undoes whatever the attempt did to the stock: releases what it holds, takes back what it bought, or makes sure that a
 * reservation on its way will hold nothing. The reply is always that nothing is held any more.
 */
export const releaseStock =
  ({ receive }: Deps) =>
  (message: MessageOf<typeof ReleaseStock>): Promise<void> =>
    receive(message, (stores) => answer(stores, message.data, 'release'));

const answer = async (
  stores: Stores,
  { attemptId, orderId }: DataOf<typeof CommitStock>,
  request: 'commit' | 'release',
): Promise<void> => {
  const before = await settled(stores, await stores.reservations.lock(attemptId, orderId));
  await applyDecision(stores, before, decide(before, request));
};

const owedVariants = ({ lines }: Reservation) => lines.filter(isOwed).map(({ variantId }) => variantId);

/** What is owed may just be coming in (fill-backorders.ts): known for certain once its levels are locked. */
const settled = async (stores: Stores, reservation: Reservation): Promise<Reservation> => {
  const owed = owedVariants(reservation);
  if (owed.length === 0) return reservation;
  await stores.stock.lockLevels(reservation.lines.map(({ variantId }) => variantId));
  return await stores.reservations.lookAgain(reservation);
};

/**
 * Releases what is held past its time, at most `limit` reservations; returns how many. Safe in many copies at once.
 * Each is a transaction of its own: stock is then locked in order of the ids within one, as everywhere, and a
 * reserve or commit waits for one reservation and not for a batch.
 */
export const expireReservations =
  ({ transaction }: Deps) =>
  async (limit: number): Promise<number> => {
    let expired = 0;
    while (expired < limit && (await transaction(expireOne))) expired++;
    return expired;
  };

const expireOne = async (stores: Stores): Promise<boolean> => {
  const found = await stores.reservations.lockOverdue(stores.now);
  if (!found) return false;
  const overdue = await settled(stores, found);
  await applyDecision(stores, overdue, decide(overdue, 'expire'));
  return true;
};

/** Writes what was decided about a reservation: its state, its movements, its reply; all in the caller's transaction. */
const applyDecision = async (
  stores: Stores,
  before: Reservation,
  { reservation, movement, reply }: Decision,
): Promise<void> => {
  if (reservation !== before) await stores.reservations.save(reservation);
  if (movement) {
    await moveStock(stores, movementsOf(reservation, movement));
    // Units may be there by now that were not sold to it because it was not paid.
    if (movement === 'SALE') await stores.availability.lookAgain(owedVariants(reservation));
  }
  if (reply) await stores.outbox.add(reply);
};
