/** What follows from a change of levels: called after every one of them, by `moveStock`, in its transaction. */
import type { AvailableChange } from '../../domain/inventory/stock.ts';
import type { Stores } from '../ports.ts';

/**
 * What shoppers, staff and those who wait are told is left to `watch-availability.ts`: here rows are appended only where that
 * may be something else than before, or where units may go to orders that wait for them. No product is locked: a reservation
 * would wait for whoever edits its description.
 */
export const levelsChanged = async (
  { availability }: Pick<Stores, 'availability'>,
  changes: readonly AvailableChange[],
): Promise<void> => {
  await availability.lookAgain(changes.filter(isNews).map(({ variantId }) => variantId));
};

const isNews = ({ before, after, threshold, isOwed }: AvailableChange): boolean =>
  isOwed || before > 0 !== after > 0 || before > threshold !== after > threshold;
