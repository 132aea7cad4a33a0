/** A promotion: what it takes off, of what, and for whom. Whether one applies to a cart: apply-promotions.ts. */
import type { CategoryId, CollectionId, ProductId, PromotionId, VariantId } from '#contracts/ids.ts';
import type { Currency } from '#contracts/money.ts';

/** Minor units by currency: there are no exchange rates here, so a currency that is not named has no amount. */
export type Amounts = Readonly<Partial<Record<Currency, number>>>;

export type Effect =
  | { readonly kind: 'PERCENTAGE'; readonly ratePpm: number }
  /** Off all that is in scope together. */
  | { readonly kind: 'FIXED_AMOUNT'; readonly amounts: Amounts }
  | { readonly kind: 'FREE_SHIPPING' }
  /** Of each `buy + get` units in scope, so much off `get` of them: the cheapest of all. */
  | { readonly kind: 'BUY_X_GET_Y'; readonly buy: number; readonly get: number; readonly ratePpm: number }
  /** Up to so many units of these variants are free, once the customer has put them into the cart. */
  | { readonly kind: 'FREE_GIFT'; readonly variantIds: readonly VariantId[]; readonly quantity: number };
export const effectKinds = [
  'PERCENTAGE',
  'FIXED_AMOUNT',
  'FREE_SHIPPING',
  'BUY_X_GET_Y',
  'FREE_GIFT',
] as const satisfies readonly Effect['kind'][];

/** All products if all three are empty, and those that any of them names otherwise. */
export interface Scope {
  readonly productIds: readonly ProductId[];
  /** A product is in its category and in those above it. */
  readonly categoryIds: readonly CategoryId[];
  readonly collectionIds: readonly CollectionId[];
}

export interface Promotion {
  readonly id: PromotionId;
  readonly title: string;
  readonly effect: Effect;
  readonly scope: Scope;
  /** Of what is in scope, after the promotions before this one; null where any will do. */
  readonly minimumSpend: Amounts | null;
  /** Whether a customer has to enter one of its codes. */
  readonly needsCode: boolean;
  /** Applies alone or not at all. */
  readonly isExclusive: boolean;
  /** The lower is applied first. */
  readonly priority: number;
  readonly firstOrderOnly: boolean;
  /** From the first up to before the second; null without a bound. */
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  /** How many orders may have it, and how many of one customer; null without a limit. */
  readonly usageLimit: number | null;
  readonly perCustomerLimit: number | null;
  /** Orders that have it, where it has a limit. */
  readonly used: number;
  readonly version: number;
}

/** A promotion that a cart may get: an automatic one, or one whose code was entered. */
export interface Candidate {
  readonly promotion: Promotion;
  readonly code: string | null;
  /** Orders of this customer that have it. */
  readonly usedByCustomer: number;
}

export interface CustomerFacts {
  readonly isGuest: boolean;
  readonly hasOrdered: boolean;
}

/** Why the customer cannot have it, whatever is in the cart. */
export const lastingReasons = [
  'UNKNOWN',
  'NOT_STARTED',
  'ENDED',
  'LIMIT_REACHED',
  'SIGN_IN_REQUIRED',
  'CUSTOMER_LIMIT_REACHED',
  'NOT_FIRST_ORDER',
] as const;
/** Why this cart does not have it. */
export const passingReasons = [
  'OTHER_CURRENCY',
  'NOTHING_IN_SCOPE',
  'NOT_ENOUGH_UNITS',
  'MINIMUM_SPEND',
  'NO_SHIPPING',
  'GIFT_NOT_IN_CART',
  'NOTHING_LEFT',
  'NOT_COMBINABLE',
] as const;
export type LastingReason = (typeof lastingReasons)[number];
export type Reason = LastingReason | (typeof passingReasons)[number];

export const isLasting = (reason: Reason): reason is LastingReason =>
  (lastingReasons as readonly Reason[]).includes(reason);

/** Guests come as often as they like under new names: what counts a customer's orders is for users. */
export const reasonAgainst = (
  { promotion, usedByCustomer }: Candidate,
  { isGuest, hasOrdered }: CustomerFacts,
  now: Date,
): LastingReason | undefined => {
  const { startsAt, endsAt, usageLimit, used, perCustomerLimit, firstOrderOnly } = promotion;
  if (startsAt && startsAt > now) return 'NOT_STARTED';
  if (endsAt && endsAt <= now) return 'ENDED';
  if (usageLimit !== null && used >= usageLimit) return 'LIMIT_REACHED';
  if (isGuest && (firstOrderOnly || perCustomerLimit !== null)) return 'SIGN_IN_REQUIRED';
  if (perCustomerLimit !== null && usedByCustomer >= perCustomerLimit) return 'CUSTOMER_LIMIT_REACHED';
  return firstOrderOnly && hasOrdered ? 'NOT_FIRST_ORDER' : undefined;
};

/** In which order they are applied. */
export const inOrder = (a: Candidate, b: Candidate): number =>
  a.promotion.priority - b.promotion.priority || (a.promotion.id < b.promotion.id ? -1 : 1);

export const isInScope = (
  { productIds, categoryIds, collectionIds }: Scope,
  line: {
    readonly productId: ProductId;
    readonly categoryIds: readonly CategoryId[];
    readonly collectionIds: readonly CollectionId[];
  },
): boolean =>
  (productIds.length === 0 && categoryIds.length === 0 && collectionIds.length === 0) ||
  productIds.includes(line.productId) ||
  line.categoryIds.some((id) => categoryIds.includes(id)) ||
  line.collectionIds.some((id) => collectionIds.includes(id));

/** Codes are written as people like: `summer 10` is SUMMER10. Undefined where it cannot be one. */
export const readCode = (text: string): string | undefined => {
  const code = text.replace(/[\s-]/g, '').toUpperCase();
  return /^[A-Z0-9_]{3,40}$/.test(code) ? code : undefined;
};

// 6 bytes: 48 bits, so that nobody finds one of a thousand codes by guessing.
export const couponCodeBytes = 6;

/** A code that is easy to read out: no letter that looks like a digit. */
export const couponCode = (bytes: Uint8Array): string =>
  [...Buffer.from(bytes).toString('hex')].map((digit) => 'ACDEFGHJKMNPQRTW'[Number.parseInt(digit, 16)]).join('');
