/** From where a reservation takes its units. */
import type { LocationCode } from '#contracts/messages/stock.ts';
import type { Units, UnitsAt } from './stock.ts';

/** Units of one variant that can be bought at one location. */
export interface AvailableAt {
  readonly location: LocationCode;
  readonly available: number;
}

export const total = (levels: readonly AvailableAt[]): number =>
  levels.reduce((sum, { available }) => sum + available, 0);

/**
 * Takes the units from the locations in the order given, from each as many as it has. Fewer come back than were wanted
 * where there are not enough: look at `total` first.
 */
export const draw = ({ variantId, quantity }: Units, levels: readonly AvailableAt[]): UnitsAt[] => {
  let missing = quantity;
  const drawn: UnitsAt[] = [];
  for (const { location, available } of levels) {
    const taken = Math.min(missing, available);
    if (taken <= 0) continue;
    drawn.push({ variantId, location, quantity: taken });
    missing -= taken;
  }
  return drawn;
};
