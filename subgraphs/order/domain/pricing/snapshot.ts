/** What the customer agreed to when they placed the order, in all its parts: kept with the order, and never worked out again. */
import { z } from 'zod';
import { PromotionId, ShippingMethodId } from '#contracts/ids.ts';
import { TaxClass } from '#contracts/tax-class.ts';
import type { Pricing } from './pricing.ts';
import { effectKinds } from './promotion.ts';
import type { Destination } from './tax.ts';

const amount = z.int().min(0);

/** Minor units of the order's currency. */
export const PricingSnapshot = z.object({
  discount: amount,
  pricesIncludeTax: z.boolean(),
  tax: amount,
  destination: z.object({ country: z.string(), region: z.string().optional() }).nullable(),
  /** In the order of the order's lines. */
  lines: z.array(
    z.object({
      discount: amount,
      tax: amount,
      discounts: z.array(z.object({ promotionId: PromotionId, amount })),
    }),
  ),
  shipping: z
    .object({
      methodId: ShippingMethodId,
      title: z.string(),
      amount,
      discount: amount,
      tax: amount,
      taxClass: TaxClass,
    })
    .nullable(),
  promotions: z.array(
    z.object({
      promotionId: PromotionId,
      code: z.string().nullable(),
      title: z.string(),
      kind: z.enum(effectKinds),
      amount,
    }),
  ),
  taxes: z.array(z.object({ taxClass: TaxClass, ratePpm: z.int(), base: amount, amount })),
});
export type PricingSnapshot = z.infer<typeof PricingSnapshot>;

export const snapshotOf = (
  { lines, shipping, applied, taxes, totals, pricesIncludeTax }: Pricing,
  destination: Destination | null,
): PricingSnapshot => ({
  discount: totals.discount,
  pricesIncludeTax,
  tax: totals.tax + totals.taxIncluded,
  destination,
  lines: lines.map(({ discount, tax, discounts }) => ({ discount, tax, discounts: [...discounts] })),
  shipping: shipping && {
    ...{ methodId: shipping.method.id, title: shipping.method.title, taxClass: shipping.method.taxClass },
    ...{ amount: shipping.amount, discount: shipping.discount, tax: shipping.tax },
  },
  promotions: applied.map(({ candidate: { promotion, code }, amount: off }) => ({
    ...{ promotionId: promotion.id, code, title: promotion.title, kind: promotion.effect.kind, amount: off },
  })),
  taxes: taxes.map((tax) => ({ ...tax })),
});
