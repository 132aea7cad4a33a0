/** What resolvers receive as parents, where that is not a type of the domain (codegen.json). */
import type { ShippingMethodId, UserId, VariantId } from '#contracts/ids.ts';
import type { Currency, Money } from '#contracts/money.ts';
import type { Connection } from '#platform/graphql/connection.ts';
import { type NamedFailure, namedFailure } from '#platform/graphql/payload.ts';
import type { CheckoutFailure } from '../domain/failures.ts';
import type { TimelineEntry } from '../domain/order/order.ts';
import type { Promotion } from '../domain/pricing/promotion.ts';
import type { TaxLine } from '../domain/pricing/tax.ts';
import type { OrderView } from '../usecases/ports.ts';

/** An entry of a timeline, with its amount in the order's currency. */
export type OrderEventModel = Omit<TimelineEntry, 'amount'> & { readonly amount: Money | null };

export type OrderConnectionModel = Connection<OrderView>;
export type PromotionConnectionModel = Connection<Promotion>;

export interface DiscountModel {
  readonly title: string;
  readonly code: string | null;
  readonly amount: Money;
}

export type TaxLineModel = TaxLine & { readonly currency: Currency };

export interface OrderShippingModel {
  readonly title: string;
  readonly price: Money;
  readonly discount: Money;
  readonly tax: Money;
}

export interface ShippingQuoteModel {
  readonly id: ShippingMethodId;
  readonly title: string;
  readonly price: Money;
}

export interface GiftOfferModel {
  readonly title: string;
  readonly variants: readonly VariantReference[];
  readonly quantity: number;
}

/** Users and variants are other services': we know their ids only. */
export interface UserReference {
  readonly id: UserId;
}
export interface VariantReference {
  readonly id: VariantId;
}

type Lines<K extends CheckoutFailure['kind']> = Extract<CheckoutFailure, { kind: K; lines: unknown }>['lines'][number];
export type VariantUnavailableLineModel = Lines<'VariantUnavailable'>;
export type PriceChangedLineModel = Lines<'PriceChanged'>;
export type InsufficientStockLineModel = Lines<'InsufficientStock'>;

export type FailureModel = NamedFailure<CheckoutFailure> & {
  readonly order: OrderView;
  readonly rejectedOrder: OrderView;
};
export type OrderCancelledModel = Extract<FailureModel, { kind: 'OrderCancelled' }>;

/** The `variant` field of every type that names one. */
export const variant = ({ variantId }: { readonly variantId: VariantId }): VariantReference => ({ id: variantId });

/**
 * Why the order's checkout did not go well; null while it does. What can also happen before there is an order has
 * `rejectedOrder`, which may be null; the others have `order`: GraphQL wants one nullability per name in a union.
 */
export const failureOf = (order: OrderView): FailureModel | null =>
  order.failure && { ...namedFailure(order.failure), order, rejectedOrder: order };
