/** What staff and customers can be told about stock, in the unions of mutations. */
import type { VariantId } from '#contracts/ids.ts';
import type { Failure } from '#contracts/result.ts';
import { mostAlertsPerCustomer } from './availability.ts';
import type { StockLevel } from './stock.ts';

/** It would leave fewer units than are reserved: the last guard, a CHECK, must never be what says so. */
export interface StockReserved extends Failure<'StockReserved'>, StockLevel {}
export const stockReserved = ({ onHand, reserved }: StockLevel): StockReserved => ({
  kind: 'StockReserved',
  message: `${reserved} of the ${onHand} units here are reserved. Bring units from another location first, or cancel orders.`,
  onHand,
  reserved,
});

/** There are not that many units at the location. */
export interface InsufficientStockOnHand extends Failure<'InsufficientStockOnHand'>, StockLevel {}
export const insufficientStockOnHand = ({ onHand, reserved }: StockLevel): InsufficientStockOnHand => ({
  kind: 'InsufficientStockOnHand',
  message: `There are only ${onHand} units here.`,
  onHand,
  reserved,
});

export interface ReferenceUsed extends Failure<'ReferenceUsed'> {
  readonly reference: string;
}
export const referenceUsed = (reference: string): ReferenceUsed => ({
  kind: 'ReferenceUsed',
  message: 'Stock of this variant was moved with this reference before. Nothing was changed.',
  reference,
});

export interface InvalidLocation extends Failure<'InvalidLocation'> {
  readonly field: 'code' | 'name' | 'priority';
}
export const invalidLocation = (field: InvalidLocation['field'], rule: string): InvalidLocation => ({
  kind: 'InvalidLocation',
  message: `The ${field} of a location is ${rule}.`,
  field,
});

export interface TooManyLocations extends Failure<'TooManyLocations'> {
  readonly maximum: number;
}
export const tooManyLocations = (maximum: number): TooManyLocations => ({
  kind: 'TooManyLocations',
  message: `A shop has at most ${maximum} locations.`,
  maximum,
});

export interface AlreadyInStock extends Failure<'AlreadyInStock'> {
  readonly variantId: VariantId;
}
export const alreadyInStock = (variantId: VariantId): AlreadyInStock => ({
  kind: 'AlreadyInStock',
  message: 'This is in stock. You can order it now.',
  variantId,
});

export interface TooManyStockAlerts extends Failure<'TooManyStockAlerts'> {
  readonly maximum: number;
}
export const tooManyStockAlerts: TooManyStockAlerts = {
  kind: 'TooManyStockAlerts',
  message: `You already wait for ${mostAlertsPerCustomer} products. Please stop waiting for one first.`,
  maximum: mostAlertsPerCustomer,
};
