/** What staff may decide: each field with its bounds, and what is wrong by field. */
import { z } from 'zod';
import { CategoryId, CollectionId, ProductId, VariantId } from '#contracts/ids.ts';
import { Currency } from '#contracts/money.ts';
import { type Failure, fail, ok, type Result } from '#contracts/result.ts';
import { TaxClass } from '#contracts/tax-class.ts';
import { million } from './rounding.ts';
import { shippingPricings } from './shipping.ts';

// Each is read whenever a cart is priced. 100 are on at once in a shop that is always on sale.
export const mostAutomaticPromotions = 100;
export const mostShippingMethods = 100;
// Three classes in every country of the world, and what they were before.
export const mostTaxRates = 2_000;
// 1,000: one transaction of a second; a campaign with more calls several times.
export const mostCodesAtOnce = 1_000;

/** What a form can mend. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}
export interface InvalidPricingRule extends Failure<'InvalidPricingRule'> {
  readonly faults: readonly FieldFault[];
}

export const invalidPricingRule = (faults: readonly FieldFault[]): InvalidPricingRule => ({
  kind: 'InvalidPricingRule',
  message: faults.map(({ path, message }) => `${path}: ${message}`).join('; '),
  faults,
});

export const checked = <S extends z.ZodType>(schema: S, given: unknown): Result<z.output<S>, InvalidPricingRule> => {
  const parsed = schema.safeParse(given);
  if (parsed.success) return ok(parsed.data);
  return fail(invalidPricingRule(parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))));
};

// As much as an order may come to; more would never be reached.
const amount = z.int().min(0).max(100_000_000);
const Amounts = z
  .partialRecord(Currency, amount.min(1))
  .refine((amounts) => Object.keys(amounts).length > 0, 'has an amount in a currency');
const ratePpm = z.int().min(1).max(million);
// One screen of a form.
const few = <S extends z.ZodType>(item: S) => z.array(item).max(100);
const title = z.string().trim().min(1).max(100);

export const Effect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('PERCENTAGE'), ratePpm }),
  z.object({ kind: z.literal('FIXED_AMOUNT'), amounts: Amounts }),
  z.object({ kind: z.literal('FREE_SHIPPING') }),
  z.object({
    kind: z.literal('BUY_X_GET_Y'),
    // 99: as many as a line can have.
    buy: z.int().min(1).max(99),
    get: z.int().min(1).max(99),
    ratePpm,
  }),
  z.object({ kind: z.literal('FREE_GIFT'), variantIds: few(VariantId).min(1), quantity: z.int().min(1).max(10) }),
]);

const window = <T extends { startsAt: Date | null; endsAt: Date | null }>({ startsAt, endsAt }: T) =>
  startsAt === null || endsAt === null || startsAt < endsAt;

export const PromotionForm = z
  .object({
    title,
    effect: Effect,
    scope: z.object({ productIds: few(ProductId), categoryIds: few(CategoryId), collectionIds: few(CollectionId) }),
    minimumSpend: Amounts.nullable(),
    needsCode: z.boolean(),
    isExclusive: z.boolean(),
    priority: z.int().min(-1_000).max(1_000),
    firstOrderOnly: z.boolean(),
    startsAt: z.date().nullable(),
    endsAt: z.date().nullable(),
    usageLimit: z.int().min(1).max(1_000_000_000).nullable(),
    perCustomerLimit: z.int().min(1).max(1_000).nullable(),
  })
  .refine(window, { path: ['endsAt'], message: 'is after startsAt' });
export type PromotionForm = z.infer<typeof PromotionForm>;

const country = z.string().regex(/^[A-Z]{2}$/, 'is an ISO 3166-1 code of two capital letters');

const Step = z.object({ from: z.int().min(0).max(1_000_000_000), amount });
const ShippingPrice = z.object({
  currency: Currency,
  steps: z
    .array(Step)
    .min(1)
    .max(50)
    .refine((steps) => steps.every(({ from }, at) => from > (steps[at - 1]?.from ?? -1)), 'ascend')
    .refine(([first]) => first?.from === 0, 'begin from 0'),
  freeFrom: amount.nullable(),
});

export const ShippingMethodForm = z
  .object({
    title,
    pricing: z.enum(shippingPricings),
    countries: z.array(country).max(300),
    prices: z
      .array(ShippingPrice)
      .min(1)
      .max(10)
      .refine(
        (prices) => new Set(prices.map(({ currency }) => currency)).size === prices.length,
        'name a currency once',
      ),
    taxClass: TaxClass,
    position: z.int().min(0).max(10_000),
    isActive: z.boolean(),
  })
  .refine(({ pricing, prices }) => pricing !== 'FLAT' || prices.every(({ steps }) => steps.length === 1), {
    path: ['prices'],
    message: 'of a flat method have one step each',
  });
export type ShippingMethodForm = z.infer<typeof ShippingMethodForm>;

export const TaxRateForm = z.object({
  country,
  region: z
    .string()
    .regex(/^[A-Z0-9]{1,3}$/, 'is an ISO 3166-2 code without its country')
    .nullable(),
  taxClass: TaxClass,
  ratePpm: z.int().min(0).max(million),
  validFrom: z.date(),
  pricesIncludeTax: z.boolean(),
});
