/** What can go wrong that the customer can act on. `kind` is the name of the GraphQL type; the words: customer-texts.ts. */
import { z } from 'zod';
import { type CartId, type OrderId, VariantId } from '#contracts/ids.ts';
import { declineReasons } from '#contracts/messages/payment.ts';
import { type Currency, Money } from '#contracts/money.ts';
import type { Failure } from '#contracts/result.ts';
import { cancellationTexts, couponTexts, texts } from './customer-texts.ts';
import type { Missing, Totals } from './pricing/pricing.ts';
import type { Reason } from './pricing/promotion.ts';

export type CancellationReason = keyof typeof cancellationTexts;
export const cancellationReasons = Object.keys(cancellationTexts) as CancellationReason[];
export type DeclineReason = (typeof declineReasons)[number];

const message = z.string();

/** Why a checkout did not end in CONFIRMED. Kept with the order, so it is parsed when it is read. */
export const CheckoutFailure = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('InsufficientStock'),
    message,
    lines: z.array(
      z.object({ variantId: VariantId, sku: z.string(), requested: z.int().positive(), available: z.int().min(0) }),
    ),
  }),
  z.object({
    kind: z.literal('PriceChanged'),
    message,
    currentTotal: Money,
    lines: z.array(z.object({ variantId: VariantId, sku: z.string(), previousPrice: Money, currentPrice: Money })),
  }),
  z.object({
    kind: z.literal('VariantUnavailable'),
    message,
    lines: z.array(z.object({ variantId: VariantId, sku: z.string() })),
  }),
  z.object({ kind: z.literal('PaymentDeclined'), message, reason: z.enum(declineReasons) }),
  z.object({ kind: z.literal('OrderCancelled'), message, reason: z.enum(cancellationReasons) }),
]);
export type CheckoutFailure = z.infer<typeof CheckoutFailure>;
export type VariantUnavailable = Extract<CheckoutFailure, { kind: 'VariantUnavailable' }>;
export type PriceChanged = Extract<CheckoutFailure, { kind: 'PriceChanged' }>;

export interface CartLimitExceeded extends Failure<'CartLimitExceeded'> {
  readonly limit: 'QUANTITY' | 'LINES' | 'TOTAL' | 'COUPON_CODES';
  readonly maximum: number;
}

export interface TooManyOpenOrders extends Failure<'TooManyOpenOrders'> {
  readonly openOrders: number;
  readonly maximumOrders: number;
  readonly units: number;
  readonly maximumUnits: number;
}

export interface CurrencyMismatch extends Failure<'CurrencyMismatch'> {
  readonly cartCurrency: Currency;
  /** In which the variant is sold. */
  readonly variantCurrencies: readonly Currency[];
}

export type InvalidEmail = Failure<'InvalidEmail'>;

/** Somebody else changed it since. */
export interface VersionConflict extends Failure<'VersionConflict'> {
  readonly currentVersion: number;
}
export interface LimitReached extends Failure<'LimitReached'> {
  readonly maximum: number;
}
export interface CouponCodesTaken extends Failure<'CouponCodesTaken'> {
  readonly codes: readonly string[];
}

/** Undefined where the caller has seen the version that there is, or does not say which. */
export const versionConflict = (expected: number | undefined, currentVersion: number): VersionConflict | undefined =>
  expected === undefined || expected === currentVersion
    ? undefined
    : { kind: 'VersionConflict', message: texts.changedMeanwhile, currentVersion };

export const limitReached = (maximum: number): LimitReached => ({
  kind: 'LimitReached',
  message: texts.limitReached(maximum),
  maximum,
});

export const couponCodesTaken = (codes: readonly string[]): CouponCodesTaken => ({
  kind: 'CouponCodesTaken',
  message: texts.codesTaken(codes.length),
  codes,
});

export interface CouponNotApplicable extends Failure<'CouponNotApplicable'> {
  readonly code: string;
  readonly reason: Reason;
}
export const couponNotApplicable = (code: string, reason: Reason): CouponNotApplicable => ({
  kind: 'CouponNotApplicable',
  message: couponTexts[reason],
  code,
  reason,
});

/** `cartId`: of the cart whose methods there are instead. */
export interface ShippingMethodUnavailable extends Failure<'ShippingMethodUnavailable'> {
  readonly cartId: CartId;
}
export const shippingMethodUnavailable = (cartId: CartId): ShippingMethodUnavailable => ({
  kind: 'ShippingMethodUnavailable',
  message: texts.shippingMethodUnavailable,
  cartId,
});

/** What it would come to now is not what the customer was shown. */
export interface TotalsChanged extends Failure<'TotalsChanged'> {
  readonly totals: Totals;
}
export const totalsChanged = (totals: Totals): TotalsChanged => ({
  kind: 'TotalsChanged',
  message: texts.otherTotal,
  totals,
});

export const missingSteps = ['DESTINATION', 'SHIPPING_METHOD'] as const;
/** What has to be said before there can be an order. */
export interface CheckoutIncomplete extends Failure<'CheckoutIncomplete'> {
  readonly missing: readonly (typeof missingSteps)[number][];
}
export const checkoutIncomplete = ({ destination, shippingMethod }: Missing): CheckoutIncomplete => ({
  kind: 'CheckoutIncomplete',
  message: destination ? texts.destinationMissing : texts.shippingMethodMissing,
  missing: [...(destination ? ['DESTINATION' as const] : []), ...(shippingMethod ? ['SHIPPING_METHOD' as const] : [])],
});

export type EmptyCart = Failure<'EmptyCart'>;
export type CartLineNotFound = Failure<'CartLineNotFound'>;

interface Refusal<Kind extends string> extends Failure<Kind> {
  readonly orderId: OrderId;
}
export type OrderNotCancellable = Refusal<'OrderNotCancellable'>;
export type OrderNotPayable = Refusal<'OrderNotPayable'>;
export type OrderNotResumable = Refusal<'OrderNotResumable'>;

export const invalidEmail: InvalidEmail = { kind: 'InvalidEmail', message: texts.invalidEmail };

export const emptyCart: EmptyCart = { kind: 'EmptyCart', message: texts.emptyCart };

export const cartLineNotFound: CartLineNotFound = { kind: 'CartLineNotFound', message: texts.cartLineNotFound };

export const orderNotCancellable = (orderId: OrderId): OrderNotCancellable => ({
  kind: 'OrderNotCancellable',
  message: texts.notCancellable,
  orderId,
});

export const orderNotPayable = (orderId: OrderId): OrderNotPayable => ({
  kind: 'OrderNotPayable',
  message: texts.notPayable,
  orderId,
});

export const orderNotResumable = (orderId: OrderId): OrderNotResumable => ({
  kind: 'OrderNotResumable',
  message: texts.notResumable,
  orderId,
});

export const variantUnavailable = (lines: VariantUnavailable['lines']): VariantUnavailable => ({
  kind: 'VariantUnavailable',
  message: lines.length <= 1 ? texts.notForSale : texts.someNotForSale,
  lines,
});

export const currencyMismatch = (cartCurrency: Currency, variantCurrencies: readonly Currency[]): CurrencyMismatch => ({
  kind: 'CurrencyMismatch',
  message: texts.otherCurrency(cartCurrency),
  cartCurrency,
  variantCurrencies,
});
