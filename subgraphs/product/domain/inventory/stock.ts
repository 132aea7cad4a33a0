/** Inventory: how many units there are, how many of them are promised, and the kinds of movement that change that. */
import type { VariantId } from '#contracts/ids.ts';

export interface StockLevel {
  /** Units in the warehouse, the reserved ones included. */
  readonly onHand: number;
  /** Units held for orders that are not paid yet. */
  readonly reserved: number;
}

/** Units that can be bought now. */
export const available = ({ onHand, reserved }: StockLevel): number => onHand - reserved;

/** Some units of one variant. */
export interface Units {
  readonly variantId: VariantId;
  readonly quantity: number;
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
} as const satisfies Record<string, StockLevel>;

export type MovementKind = keyof typeof movementEffects;
