/** Where the units of a reservation come from: from the stock, from what is yet to come in, or from no stock at all. Pure. */
import type { AttemptId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';
import type { StockPolicy } from '../catalogue/product.ts';
import { type AvailableAt, draw } from './draw.ts';
import { type LevelAt, type Movement, type MovementKind, type Units, type UnitsAt, unreserved } from './stock.ts';

/**
 * STOCK: units that are there. UNTRACKED: nobody counts them. BACKORDER: owed, until they have come in (BACKORDER_FILLED) or are
 * not wanted any more (BACKORDER_RELEASED). A line remembers its source: the variant may be counted otherwise by then.
 */
const lineSources = ['STOCK', 'UNTRACKED', 'BACKORDER', 'BACKORDER_FILLED', 'BACKORDER_RELEASED'] as const;
export type LineSource = (typeof lineSources)[number];

export interface ReservationLine extends UnitsAt {
  readonly source: LineSource;
}

/** How a variant can be had at this moment. */
export interface Supply {
  readonly policy: StockPolicy;
  /** Where there is any, in the order in which reservations draw on it. */
  readonly levels: readonly AvailableAt[];
  /** Where what is missing will come in. */
  readonly owedAt: LocationCode;
}

export const linesFor = ({ variantId, quantity }: Units, { policy, levels, owedAt }: Supply): ReservationLine[] => {
  const owed = (units: number, source: LineSource) => ({ variantId, location: owedAt, quantity: units, source });
  if (policy === 'UNTRACKED') return [owed(quantity, 'UNTRACKED')];
  const drawn = draw({ variantId, quantity }, levels).map((line) => ({ ...line, source: 'STOCK' as const }));
  const missing = drawn.reduce((rest, line) => rest - line.quantity, quantity);
  return missing > 0 ? [...drawn, owed(missing, 'BACKORDER')] : drawn;
};

/** What becomes of a reservation's units, as the table of its states says. */
export type ReservationMove = 'RESERVATION' | 'RELEASE' | 'SALE' | 'RETURN';

/** The movement of a line, by its source. What is owed is not sold before it is there. */
const lineMoves: Readonly<Record<LineSource, { readonly [Move in ReservationMove]?: MovementKind }>> = {
  STOCK: { RESERVATION: 'RESERVATION', RELEASE: 'RELEASE', SALE: 'SALE', RETURN: 'RETURN' },
  UNTRACKED: {},
  BACKORDER: { RESERVATION: 'BACKORDER', RELEASE: 'BACKORDER_RELEASE', RETURN: 'BACKORDER_RELEASE' },
  BACKORDER_FILLED: { RETURN: 'RETURN' },
  BACKORDER_RELEASED: {},
};

/** Each kind once per variant and location: units of two sources may go back to one place. */
export const movementsOf = (
  { attemptId, lines }: { readonly attemptId: AttemptId; readonly lines: readonly ReservationLine[] },
  move: ReservationMove,
): Movement[] => {
  const moved = lines.flatMap(({ variantId, location, quantity, source }) => {
    const kind = lineMoves[source][move];
    return kind ? [{ variantId, location, quantity, kind, attemptId }] : [];
  });
  return [
    ...Map.groupBy(moved, ({ variantId, location, kind }) => `${variantId} ${location} ${kind}`).values(),
  ].flatMap(([first, ...others]) =>
    first ? [{ ...first, quantity: others.reduce((sum, { quantity }) => sum + quantity, first.quantity) }] : [],
  );
};

export const isOwed = ({ source }: Pick<ReservationLine, 'source'>): boolean => source === 'BACKORDER';

/** Units that a paid order waits for. */
export interface OwedLine extends UnitsAt {
  readonly attemptId: AttemptId;
}

/**
 * Which of the lines can be filled now, whole ones only, the oldest first: a later one that would fit waits, or a large order
 * would never be sent while small ones come in. `owed` is in that order.
 */
export const fillable = (owed: readonly OwedLine[], levels: ReadonlyMap<VariantId, readonly LevelAt[]>): OwedLine[] =>
  [...Map.groupBy(owed, ({ variantId, location }) => `${variantId} ${location}`).values()].flatMap((lines) => {
    const [first] = lines;
    const level = first && levels.get(first.variantId)?.find(({ location }) => location === first.location);
    let free = level ? unreserved(level) : 0;
    const short = lines.findIndex(({ quantity }) => {
      free -= quantity;
      return free < 0;
    });
    return short < 0 ? lines : lines.slice(0, short);
  });
