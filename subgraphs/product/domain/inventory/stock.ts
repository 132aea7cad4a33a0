/** Inventory: how many units there are and where, how many are promised, and the kinds of movement that change that. */
import type { AttemptId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';

export interface StockLevel {
  /** Units at a location, the reserved ones included. */
  readonly onHand: number;
  /** Units held for orders that are not paid yet. */
  readonly reserved: number;
}

/** Units promised beyond those that are there: they are sent once they have come in. */
export interface Backordered {
  readonly backordered: number;
}

/** Units that are there and that nobody has reserved; some may be owed to earlier orders. */
export const unreserved = ({ onHand, reserved }: StockLevel): number => onHand - reserved;

/** Units that can be bought now. */
export const available = (level: StockLevel & Backordered): number =>
  Math.max(unreserved(level) - level.backordered, 0);

/** All locations together. Of what one location owes, the units at another pay nothing: staff transfer them. */
export const unitsAvailable = (levels: readonly (StockLevel & Backordered)[]): number =>
  levels.reduce((sum, level) => sum + available(level), 0);

/** Of one variant, at one location. */
export interface LevelAt extends StockLevel, Backordered {
  readonly location: LocationCode;
}

/** Some units of one variant. */
export interface Units {
  readonly variantId: VariantId;
  readonly quantity: number;
}

export interface UnitsAt extends Units {
  readonly location: LocationCode;
}

/**
 * What one unit of each kind of movement does to the level. The ledger is the truth: a level is the sum of its
 * movements, each taken by this table.
 */
export const movementEffects = {
  RECEIPT: { onHand: 1, reserved: 0, backordered: 0 },
  ADJUSTMENT: { onHand: 1, reserved: 0, backordered: 0 },
  RESERVATION: { onHand: 0, reserved: 1, backordered: 0 },
  RELEASE: { onHand: 0, reserved: -1, backordered: 0 },
  SALE: { onHand: -1, reserved: -1, backordered: 0 },
  RETURN: { onHand: 1, reserved: 0, backordered: 0 },
  TRANSFER: { onHand: 1, reserved: 0, backordered: 0 },
  SCRAP: { onHand: -1, reserved: 0, backordered: 0 },
  BACKORDER: { onHand: 0, reserved: 0, backordered: 1 },
  BACKORDER_RELEASE: { onHand: 0, reserved: 0, backordered: -1 },
  BACKORDER_FILL: { onHand: -1, reserved: 0, backordered: -1 },
} as const satisfies Record<string, StockLevel & Backordered>;

export type MovementKind = keyof typeof movementEffects;

/** A row of the ledger. Its quantity is positive, but for an ADJUSTMENT downwards and the TRANSFER out of a location. */
export interface Movement extends UnitsAt {
  readonly kind: MovementKind;
  /** The reservation that moved it. */
  readonly attemptId?: AttemptId;
  /** The document that it came with, such as a delivery note. */
  readonly reference?: string;
  /** Why staff did it. */
  readonly reason?: string;
}

/** What the movements add to each level, once per variant and location. */
export const levelChanges = (movements: readonly Movement[]): (UnitsKey & StockLevel & Backordered)[] =>
  [...Map.groupBy(movements, ({ variantId, location }) => `${variantId} ${location}`).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const sum = (of: keyof StockLevel | keyof Backordered) =>
      same.reduce((total, { kind, quantity }) => total + movementEffects[kind][of] * quantity, 0);
    const { variantId, location } = first;
    return [{ variantId, location, onHand: sum('onHand'), reserved: sum('reserved'), backordered: sum('backordered') }];
  });

type UnitsKey = Omit<UnitsAt, 'quantity'>;

/** How many units of a variant could be bought before a change of its levels, all locations together, and after it. */
export interface AvailableChange {
  readonly variantId: VariantId;
  readonly before: number;
  readonly after: number;
  /** So many, or fewer, are few. */
  readonly threshold: number;
  /** Units came in, or stay, of which orders are owed some. */
  readonly isOwed: boolean;
}

// 1,000,000: more of one variant than any delivery brings; a slip of the keyboard ends here.
export const mostUnits = 1_000_000;
// 1,000,000,000 over all locations: a thousand such deliveries, and what is available is still an Int of GraphQL.
export const mostOnHand = 1_000_000_000;
