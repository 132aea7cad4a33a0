/** An order: what was ordered, and where its checkout stands. */
import type { AttemptId, CustomerId, OrderId, PaymentId, VariantId } from '#contracts/ids.ts';
import { type Currency, type Money, sum, times } from '#contracts/money.ts';
import type { CompensationTarget, OrderStatus, Part, PaymentStatus } from '../checkout/steps.ts';
import type { CheckoutFailure } from '../failures.ts';

export interface OrderLine {
  readonly variantId: VariantId;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPrice: Money;
}

export interface Order {
  readonly id: OrderId;
  readonly number: string;
  readonly customerId: CustomerId;
  /** Never empty, all in one currency. */
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  readonly placedAt: Date;
  /** Until when a declined payment can be tried again. */
  readonly expiresAt: Date;
  /** Counts its changes, from 1; each has one entry in the timeline. */
  readonly version: number;
  readonly status: OrderStatus;
  /** The latest try at paying. Its token is null once it has been handed to the payment service. */
  readonly attempt: { readonly id: AttemptId; readonly number: number; readonly paymentMethodToken: string | null };
  /** `id` and `actionUrl` are set while the customer has an extra step to take. */
  readonly payment: {
    readonly status: PaymentStatus;
    readonly id: PaymentId | null;
    readonly actionUrl: string | null;
  };
  /** When the present step has taken too long, and how often its command was sent. */
  readonly step: { readonly deadline: Date | null; readonly sends: number };
  /** What is still to be undone, the one in hand first, and where that leads. Empty and null when nothing is. */
  readonly undo: readonly Part[];
  readonly compensateTo: CompensationTarget | null;
  /** Why all does not go well. Null while it does. */
  readonly failure: CheckoutFailure | null;
}

/** One row of an order's timeline. */
export interface TimelineEntry {
  readonly at: Date;
  readonly status: OrderStatus;
  /** What happened, as a name: `stock.reserved`, `timedOut`. */
  readonly event: string;
  readonly detail: string | null;
}

export const lineTotal = ({ unitPrice, quantity }: Pick<OrderLine, 'unitPrice' | 'quantity'>): Money =>
  times(unitPrice, quantity);

export const totalOf = (lines: readonly Pick<OrderLine, 'unitPrice' | 'quantity'>[], currency: Currency): Money =>
  sum(lines.map(lineTotal), currency);
