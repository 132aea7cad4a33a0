/** Promotions, shipping methods and tax rates in rows. What the JSON columns hold was checked when staff wrote it. */
import type { CategoryId, CollectionId, ProductId, PromotionId, ShippingMethodId } from '#contracts/ids.ts';
import { TaxClass } from '#contracts/tax-class.ts';
import type { PromotionModel, ShippingMethodModel, TaxRateModel } from '#prisma/order/client/models.ts';
import { Effect } from '../../domain/pricing/forms.ts';
import type { Amounts, Promotion } from '../../domain/pricing/promotion.ts';
import type { ShippingMethod, ShippingPrice, ShippingPricing } from '../../domain/pricing/shipping.ts';
import type { TaxRate } from '../../domain/pricing/tax.ts';

/** From a statement that answers JSON, times are texts. */
type FromJson<T> = {
  readonly [K in keyof T]: T[K] extends Date ? Date | string : Date extends T[K] ? Date | string | null : T[K];
};
export type PromotionRow = FromJson<Omit<PromotionModel, 'createdAt'>>;
export type ShippingMethodRow = FromJson<ShippingMethodModel>;
export type TaxRateRow = FromJson<TaxRateModel>;

const timeOf = (time: Date | string | null): Date | null => (time === null ? null : new Date(time));

export const toPromotion = (row: PromotionRow): Promotion => ({
  id: row.id as PromotionId,
  title: row.title,
  effect: Effect.parse(row.effect),
  scope: {
    productIds: row.productIds as ProductId[],
    categoryIds: row.categoryIds as CategoryId[],
    collectionIds: row.collectionIds as CollectionId[],
  },
  minimumSpend: row.minimumSpend as Amounts | null,
  needsCode: row.needsCode,
  isExclusive: row.isExclusive,
  priority: row.priority,
  firstOrderOnly: row.firstOrderOnly,
  startsAt: timeOf(row.startsAt),
  endsAt: timeOf(row.endsAt),
  usageLimit: row.usageLimit,
  perCustomerLimit: row.perCustomerLimit,
  used: row.used,
  version: row.version,
});

export const toShippingMethod = (row: ShippingMethodRow): ShippingMethod => ({
  ...row,
  id: row.id as ShippingMethodId,
  pricing: row.pricing as ShippingPricing,
  prices: row.prices as unknown as readonly ShippingPrice[],
  taxClass: TaxClass.parse(row.taxClass),
});

export const toTaxRate = (row: TaxRateRow): TaxRate => ({
  ...row,
  region: row.region === '' ? null : row.region,
  taxClass: TaxClass.parse(row.taxClass),
  validFrom: new Date(row.validFrom),
});
