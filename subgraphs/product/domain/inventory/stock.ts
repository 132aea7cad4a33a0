/** Inventory: how many units there are and where, how many are promised, and the kinds of movement that change that. */
import type { AttemptId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';

export interface StockLevel {
  /** Units at a location, the reserved ones included. */
  readonly onHand: number;
  /** Units held for orders that are not paid yet. */
  readonly reserved: number;
}

/** Units that can be bought now. */
export const available = ({ onHand, reserved }: StockLevel): number => onHand - reserved;

/** Of one variant, at one location. */
export interface LevelAt extends StockLevel {
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
  RECEIPT: { onHand: 1, reserved: 0 },
  ADJUSTMENT: { onHand: 1, reserved: 0 },
  RESERVATION: { onHand: 0, reserved: 1 },
  RELEASE: { onHand: 0, reserved: -1 },
  SALE: { onHand: -1, reserved: -1 },
  RETURN: { onHand: 1, reserved: 0 },
  TRANSFER: { onHand: 1, reserved: 0 },
  SCRAP: { onHand: -1, reserved: 0 },
} as const satisfies Record<string, StockLevel>;

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
export const levelChanges = (movements: readonly Movement[]): (UnitsKey & StockLevel)[] =>
  [...Map.groupBy(movements, ({ variantId, location }) => `${variantId} ${location}`).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const sum = (of: keyof StockLevel) =>
      same.reduce((total, { kind, quantity }) => total + movementEffects[kind][of] * quantity, 0);
    return [{ variantId: first.variantId, location: first.location, onHand: sum('onHand'), reserved: sum('reserved') }];
  });

type UnitsKey = Omit<UnitsAt, 'quantity'>;

/** How many units of a variant could be bought before a change of its levels, all locations together, and after it. */
export interface AvailableChange {
  readonly variantId: VariantId;
  readonly before: number;
  readonly after: number;
}

// 1,000,000: more of one variant than any delivery brings; a slip of the keyboard ends here.
export const mostUnits = 1_000_000;
// 1,000,000,000 over all locations: a thousand such deliveries, and what is available is still an Int of GraphQL.
export const mostOnHand = 1_000_000_000;
