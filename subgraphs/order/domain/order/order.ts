/** An order: what was ordered, and where its checkout stands. */
import type { AttemptId, CustomerId, OrderId, PaymentId, PaymentMethodId, VariantId } from '#contracts/ids.ts';
import { offlinePaymentTokens } from '#contracts/messages/payment.ts';
import { type Currency, type Money, sum, times } from '#contracts/money.ts';
import type { CustomerDetails } from '../cart/details.ts';
import type { CompensationTarget, OrderStatus, Part, PaymentStatus } from '../checkout/steps.ts';
import type { CheckoutFailure } from '../failures.ts';
import type { PricingSnapshot } from '../pricing/snapshot.ts';

export interface OrderLine {
  readonly variantId: VariantId;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPrice: Money;
}

/** How an attempt is to be paid: by exactly one of a token and a method on file. */
export interface PaymentMethod {
  readonly paymentMethodToken?: string | undefined;
  readonly savedPaymentMethodId?: PaymentMethodId | undefined;
  /** Where the customer goes back to from an extra step at their bank. */
  readonly returnUrl?: string | undefined;
}

/** Whether the money comes from outside of any provider's network: by transfer, or on delivery. */
export const isOffline = ({ paymentMethodToken }: PaymentMethod): boolean =>
  offlinePaymentTokens.some((token) => token === paymentMethodToken);

export interface Order {
  readonly id: OrderId;
  readonly number: string;
  readonly customerId: CustomerId;
  /** As the cart had them when it was placed. */
  readonly details: CustomerDetails;
  /** Never empty, all in one currency. */
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  /** What the total is made of, and the hash of all its figures as they were when it was placed. Null in orders older than both. */
  readonly pricing: PricingSnapshot | null;
  readonly pricingHash: string | null;
  readonly placedAt: Date;
  /** Until when a declined payment can be tried again, or an offline payment has to arrive. */
  readonly expiresAt: Date;
  /** Counts its changes, from 1; each has one entry in the timeline. */
  readonly version: number;
  readonly status: OrderStatus;
  /** The latest try at paying. Its method is null once it has been handed to the payment service, and where nothing is to be paid. */
  readonly attempt: { readonly id: AttemptId; readonly number: number; readonly method: PaymentMethod | null };
  readonly payment: OrderPayment;
  /** When the present step has taken too long, and how often its command was sent. */
  readonly step: { readonly deadline: Date | null; readonly sends: number };
  /** What is still to be undone, the one in hand first, and where that leads. Empty and null when nothing is. */
  readonly undo: readonly Part[];
  readonly compensateTo: CompensationTarget | null;
  /** Why all does not go well. Null while it does. */
  readonly failure: CheckoutFailure | null;
}

/** What is known of the latest attempt's payment. Amounts are in the order's currency. */
export interface OrderPayment {
  readonly status: PaymentStatus;
  /** `id` is set while the customer has an extra step to take or money to send, `actionUrl` with the extra step. */
  readonly id: PaymentId | null;
  readonly actionUrl: string | null;
  /**
   * Minor units captured, refunded and called back by banks so far, and how many disputes are open: as of the payment's message
   * with this sequence.
   */
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly openDisputes: number;
  readonly sequence: number;
}

/** One row of an order's timeline. */
export interface TimelineEntry {
  readonly at: Date;
  readonly status: OrderStatus;
  /** What happened, as a name: `stock.reserved`, `timedOut`. */
  readonly event: string;
  readonly detail: string | null;
  /** The money that it was about, in minor units of the order's currency. */
  readonly amount: number | null;
}

/** Nothing is to be paid, so payment is asked for nothing. */
export const isFree = ({ total }: Pick<Order, 'total'>): boolean => total.amount === 0;

export const lineTotal = ({ unitPrice, quantity }: Pick<OrderLine, 'unitPrice' | 'quantity'>): Money =>
  times(unitPrice, quantity);

export const totalOf = (lines: readonly Pick<OrderLine, 'unitPrice' | 'quantity'>[], currency: Currency): Money =>
  sum(lines.map(lineTotal), currency);
