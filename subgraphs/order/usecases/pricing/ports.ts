/** What pricing needs from outside. */
import type { CustomerId, OrderId, PromotionId, ShippingMethodId } from '#contracts/ids.ts';
import type { PricingRules } from '../../domain/pricing/pricing.ts';
import type { Promotion } from '../../domain/pricing/promotion.ts';
import type { ShippingMethod } from '../../domain/pricing/shipping.ts';
import type { TaxRate } from '../../domain/pricing/tax.ts';

/** A cart to be priced, as far as it says which rules matter to it. */
export interface RulesQuery {
  readonly customerId: CustomerId;
  /** As `readCode` gives them. */
  readonly couponCodes: readonly string[];
}

export interface RedeemedPromotion {
  readonly promotionId: PromotionId;
  readonly code: string | null;
}

/** Tax rates come from our own rows: a provider's are written there, since nobody is called inside a transaction. */
export interface PricingStore {
  /** In one statement. */
  rules(query: RulesQuery, now: Date): Promise<PricingRules>;
  /** Those of the promotions that have a limit, which nobody else can redeem until the transaction ends, as they are now. */
  lockLimited(ids: readonly PromotionId[]): Promise<readonly Promotion[]>;
  /** Of a new order. The limited ones are locked, and have something left. */
  redeem(orderId: OrderId, promotions: readonly RedeemedPromotion[], now: Date): Promise<void>;
  /** What the order has redeemed can be redeemed again; once. */
  giveBack(orderId: OrderId, now: Date): Promise<void>;
}

/** What staff decide. Whoever changes something waits for whoever is at it. */
export interface PricingRuleStore {
  /** Lets those who add to a list take turns, so that its bound holds. */
  lock(): Promise<void>;
  countAutomatic(now: Date): Promise<number>;
  promotion(id: PromotionId): Promise<Promotion | undefined>;
  addPromotion(promotion: Promotion, now: Date): Promise<void>;
  /** In its next version. `used` is not written. */
  savePromotion(promotion: Promotion): Promise<void>;
  /** Those of the codes that there were already: nothing is written then. */
  addCoupons(promotionId: PromotionId, codes: readonly string[], now: Date): Promise<readonly string[]>;
  shippingMethods(): Promise<readonly ShippingMethod[]>;
  /** Adds it, or writes it in its next version. */
  saveShippingMethod(method: ShippingMethod): Promise<void>;
  removeShippingMethod(id: ShippingMethodId): Promise<void>;
  taxRates(): Promise<readonly TaxRate[]>;
  /** Adds it, or replaces the one from the same day on. All rates of its country say of the prices what this one says. */
  saveTaxRate(rate: TaxRate): Promise<void>;
  /** Whether there was one. */
  removeTaxRate(rate: Pick<TaxRate, 'country' | 'region' | 'taxClass' | 'validFrom'>): Promise<boolean>;
}

export interface PricingReads {
  /** What carts are priced by, each by its own, at the same moment of the database's clock. In one statement. */
  rules(queries: readonly RulesQuery[]): Promise<{ readonly rules: readonly PricingRules[]; readonly now: Date }>;
  /** Up to `limit + 1`, the newest first. */
  promotions(page: { readonly limit: number; readonly after: PromotionId | undefined }): Promise<readonly Promotion[]>;
  promotionsById(ids: readonly PromotionId[]): Promise<readonly Promotion[]>;
  /** The first hundred of each. */
  codes(ids: readonly PromotionId[]): Promise<ReadonlyMap<PromotionId, readonly string[]>>;
  shippingMethods(): Promise<readonly ShippingMethod[]>;
  taxRates(): Promise<readonly TaxRate[]>;
}
