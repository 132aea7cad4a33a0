/** What follows from a change of levels: called after every one of them, by `moveStock`, in its transaction. */
import type { AvailableChange } from '../../domain/inventory/stock.ts';
import type { Stores } from '../ports.ts';

/**
 * The levels of these variants are locked, so what is available is exact, and another change of them waits. No product is
 * locked here: a reservation would wait for whoever edits its description.
 */
export const levelsChanged = async (_stores: Stores, _changes: readonly AvailableChange[]): Promise<void> => {};
