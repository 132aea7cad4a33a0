/** The one way in which units move: every change of a level passes here. */
import type { VariantId } from '#contracts/ids.ts';
import type { AvailableChange, Movement, Units } from '../../domain/inventory/stock.ts';
import type { Stores } from '../ports.ts';

/** Writes the movements and their sum, and what follows from that, in the caller's transaction. */
export const moveStock = async (stores: Stores, movements: readonly Movement[]): Promise<void> =>
  levelsChanged(stores, await stores.stock.record(movements));

/**
 * What shoppers, staff and those who wait are told is left to `watch-availability.ts`: here rows are appended only where that
 * may be something else than before, or where units may go to orders that wait for them. No product is locked: a reservation
 * would wait for whoever edits its description.
 */
const levelsChanged = async (
  { availability }: Pick<Stores, 'availability'>,
  changes: readonly AvailableChange[],
): Promise<void> => {
  await availability.lookAgain(changes.filter(isNews).map(({ variantId }) => variantId));
};

const isNews = ({ before, after, threshold, isOwed }: AvailableChange): boolean =>
  isOwed || before > 0 !== after > 0 || before > threshold !== after > threshold;

export interface Receipt extends Units {
  /** What it came with, such as a delivery note. The same one is received once per variant. */
  readonly reference: string;
}

/** Receives at the default location what was not received before; returns how many receipts that were. Each variant once. */
export const receiveOnce = async (stores: Stores, receipts: readonly Receipt[]): Promise<number> => {
  if (receipts.length === 0) return 0;
  const { stock, locations } = stores;
  await stock.lockLevels(receipts.map(({ variantId }) => variantId));
  const before = new Set<VariantId>(await stock.booked(receipts));
  const location = (await locations.find(undefined))?.code;
  if (!location) throw new Error('no location is the default');
  const received = receipts
    .filter(({ variantId }) => !before.has(variantId))
    .map((receipt): Movement => ({ ...receipt, kind: 'RECEIPT', location }));
  await stock.openLevels(received);
  await moveStock(stores, received);
  return received.length;
};
