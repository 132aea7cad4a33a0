/** Failures as the graph shows them: with the order they are about, where there is one. */
import type { Failure, Result } from '#contracts/result.ts';
import type { CheckoutFailure } from '../domain/failures.ts';
import type { OrderView } from '../usecases/ports.ts';

type Lines<K extends CheckoutFailure['kind']> = Extract<CheckoutFailure, { kind: K; lines: unknown }>['lines'][number];
export type VariantUnavailableLineModel = Lines<'VariantUnavailable'>;
export type PriceChangedLineModel = Lines<'PriceChanged'>;
export type InsufficientStockLineModel = Lines<'InsufficientStock'>;

type Named<F> = F extends Failure ? F & { readonly __typename: F['kind'] } : never;
export type FailureModel = Named<CheckoutFailure> & {
  readonly order: OrderView;
  readonly rejectedOrder: OrderView;
};

export type OrderCancelledModel = Extract<FailureModel, { kind: 'OrderCancelled' }>;

/** A failure's kind is the name of its type already. */
export const named = <F extends Failure>(failure: F): Named<F> =>
  ({ ...failure, __typename: failure.kind }) as unknown as Named<F>;

/**
 * Why the order's checkout did not go well; null while it does. What can also happen before there is an order has
 * `rejectedOrder`, which may be null; the others have `order`: GraphQL wants one nullability per name in a union.
 */
export const failureOf = (order: OrderView): FailureModel | null =>
  order.failure && { ...named(order.failure), order, rejectedOrder: order };

/** How a mutation ended, as a member of its union. */
export const payload = async <const Success extends object, T, F extends Failure>(
  result: Result<T, F>,
  success: (value: T) => Promise<Success>,
): Promise<Success | Named<F>> => (result.ok ? await success(result.value) : named(result.failure));
