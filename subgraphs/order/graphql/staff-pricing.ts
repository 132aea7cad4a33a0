/** What staff decide about prices: promotions, shipping, tax. */

import type { Id, Noun, PromotionId } from '#contracts/ids.ts';
import { type Currency, type Money, money } from '#contracts/money.ts';
import { connectionById } from '#platform/graphql/connection.ts';
import { assertInput, requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import { mostCodesAtOnce } from '../domain/pricing/forms.ts';
import type { Amounts, Effect } from '../domain/pricing/promotion.ts';
import { million } from '../domain/pricing/rounding.ts';
import type { GraphqlContext } from './loaders.ts';
import type {
  CreatePromotionInput,
  MoneyInput,
  MutationResolvers,
  PromotionEffectInput,
  PromotionEffectResolvers,
  PromotionResolvers,
  QueryResolvers,
  SaveShippingMethodInput,
} from './types.generated.ts';

const moneyIn = (amounts: Amounts): Money[] =>
  Object.entries(amounts).map(([currency, amount]) => money(amount, currency as Currency));

/** A currency that is given twice would lose one of its amounts. */
const amountsOf = (given: readonly MoneyInput[], name: string): Amounts => {
  assertInput(
    new Set(given.map(({ currency }) => currency)).size === given.length,
    `"${name}" names a currency twice.`,
  );
  return Object.fromEntries(given.map(({ currency, amount }) => [currency, amount]));
};

const idsOf = <N extends Noun>(noun: N, ids: readonly string[]): Id<N>[] => ids.map((id) => requireId(noun, id));

const effectOf = (input: PromotionEffectInput): Effect => {
  const { percentagePpm, fixedAmounts, freeShipping, buyXGetY, freeGift } = input;
  const given: Effect[] = [
    ...(percentagePpm == null ? [] : [{ kind: 'PERCENTAGE' as const, ratePpm: percentagePpm }]),
    ...(fixedAmounts ? [{ kind: 'FIXED_AMOUNT' as const, amounts: amountsOf(fixedAmounts, 'fixedAmounts') }] : []),
    ...(freeShipping ? [{ kind: 'FREE_SHIPPING' as const }] : []),
    ...(buyXGetY ? [{ kind: 'BUY_X_GET_Y' as const, ...buyXGetY, ratePpm: buyXGetY.ratePpm ?? million }] : []),
    ...(freeGift
      ? [
          {
            kind: 'FREE_GIFT' as const,
            variantIds: idsOf('Variant', freeGift.variantIds),
            quantity: freeGift.quantity ?? 1,
          },
        ]
      : []),
  ];
  const [effect] = given;
  assertInput(given.length === 1 && effect !== undefined, 'Give exactly one field of "effect".');
  return effect as Effect;
};

const formOf = (input: CreatePromotionInput) => ({
  title: input.title,
  effect: effectOf(input.effect),
  scope: {
    productIds: idsOf('Product', input.productIds ?? []),
    categoryIds: idsOf('Category', input.categoryIds ?? []),
    collectionIds: idsOf('Collection', input.collectionIds ?? []),
  },
  minimumSpend: input.minimumSpend ? amountsOf(input.minimumSpend, 'minimumSpend') : null,
  needsCode: input.needsCode ?? false,
  isExclusive: input.isExclusive ?? false,
  priority: input.priority ?? 0,
  firstOrderOnly: input.firstOrderOnly ?? false,
  startsAt: input.startsAt ?? null,
  endsAt: input.endsAt ?? null,
  usageLimit: input.usageLimit ?? null,
  perCustomerLimit: input.perCustomerLimit ?? null,
});

const methodOf = (input: SaveShippingMethodInput) => ({
  title: input.title,
  pricing: input.pricing,
  countries: [...(input.countries ?? [])],
  prices: input.prices.map(({ currency, steps, freeFrom }) => ({
    currency,
    steps: steps.map(({ from, amount }) => ({ from: from ?? 0, amount })),
    freeFrom: freeFrom ?? null,
  })),
  taxClass: input.taxClass ?? ('STANDARD' as const),
  position: input.position ?? 0,
  isActive: input.isActive ?? true,
});

const promotionAfter = async ({ app }: GraphqlContext, id: PromotionId) => {
  const [promotion] = await app.pricingReads.promotionsById([id]);
  if (!promotion) throw new Error(`${id} is gone right after it was changed`);
  return promotion;
};

const codesGiven = (codes: readonly string[] | null | undefined, count: number | null | undefined) => {
  assertInput((codes == null) !== (count == null), 'Give exactly one of "codes" and "count".');
  const number = codes?.length ?? count ?? 0;
  assertInput(number >= 1 && number <= mostCodesAtOnce, `From 1 to ${mostCodesAtOnce} codes can be created at once.`);
  return codes ?? number;
};

export const promotion = {
  productIds: ({ scope }) => scope.productIds,
  categoryIds: ({ scope }) => scope.categoryIds,
  collectionIds: ({ scope }) => scope.collectionIds,
  minimumSpend: ({ minimumSpend }) => minimumSpend && moneyIn(minimumSpend),
  codes: ({ id }, _, { loaders }) => loaders.couponCodes.load(id),
} satisfies PromotionResolvers;

/** Of each kind, the fields that it has. */
export const promotionEffect = {
  ratePpm: (effect) => ('ratePpm' in effect ? effect.ratePpm : null),
  amounts: (effect) => (effect.kind === 'FIXED_AMOUNT' ? moneyIn(effect.amounts) : null),
  buy: (effect) => (effect.kind === 'BUY_X_GET_Y' ? effect.buy : null),
  get: (effect) => (effect.kind === 'BUY_X_GET_Y' ? effect.get : null),
  giftVariantIds: (effect) => (effect.kind === 'FREE_GIFT' ? effect.variantIds : null),
  giftQuantity: (effect) => (effect.kind === 'FREE_GIFT' ? effect.quantity : null),
} satisfies PromotionEffectResolvers;

export const staffPricingQueries = {
  promotions: (_, args, { app }) => connectionById('Promotion', args, (page) => app.pricingReads.promotions(page)),
  shippingMethods: (_, __, { app }) => app.pricingReads.shippingMethods(),
  taxRates: (_, __, { app }) => app.pricingReads.taxRates(),
} satisfies QueryResolvers;

const promotionMutations = {
  createPromotion: async (_, { idempotencyKey, input }, context) => {
    const command = { by: context.viewer, idempotencyKey: idempotencyKey ?? undefined, form: formOf(input) };
    return payload(await context.app.commands.createPromotion(command), async (id) => ({
      ...{ __typename: 'CreatePromotionSuccess', promotion: await promotionAfter(context, id) },
    }));
  },

  revisePromotion: async (_, { idempotencyKey, input }, context) => {
    const { expectedVersion, title, priority, endsAt, usageLimit, perCustomerLimit } = input;
    const result = await context.app.commands.revisePromotion({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined, id: requireId('Promotion', input.id) },
      ...{ expectedVersion: expectedVersion ?? undefined, title: title ?? undefined, priority: priority ?? undefined },
      ...{ endsAt, usageLimit: usageLimit ?? undefined, perCustomerLimit },
    });
    return payload(result, async (id) => ({
      ...{ __typename: 'RevisePromotionSuccess', promotion: await promotionAfter(context, id) },
    }));
  },

  endPromotion: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.endPromotion({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined, id: requireId('Promotion', input.id) },
      expectedVersion: input.expectedVersion ?? undefined,
    });
    return payload(result, async (id) => ({
      ...{ __typename: 'EndPromotionSuccess', promotion: await promotionAfter(context, id) },
    }));
  },

  createCoupons: async (_, { idempotencyKey, input }, context) => {
    const result = await context.app.commands.createCoupons({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ promotionId: requireId('Promotion', input.promotionId), codes: codesGiven(input.codes, input.count) },
    });
    return payload(result, async ({ promotionId, codes }) => ({
      ...{ __typename: 'CreateCouponsSuccess', codes, promotion: await promotionAfter(context, promotionId) },
    }));
  },
} satisfies MutationResolvers;

const rateMutations = {
  saveShippingMethod: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const id = input.id == null ? undefined : requireId('ShippingMethod', input.id);
    const result = await app.commands.saveShippingMethod({
      ...{ by, idempotencyKey: idempotencyKey ?? undefined, id, form: methodOf(input) },
      expectedVersion: input.expectedVersion ?? undefined,
    });
    return payload(result, async () => ({
      ...{ __typename: 'SaveShippingMethodSuccess', shippingMethods: await app.pricingReads.shippingMethods() },
    }));
  },

  removeShippingMethod: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const result = await app.commands.removeShippingMethod({
      ...{ by, idempotencyKey: idempotencyKey ?? undefined, id: requireId('ShippingMethod', input.id) },
      expectedVersion: input.expectedVersion ?? undefined,
    });
    return payload(result, async () => ({
      ...{ __typename: 'RemoveShippingMethodSuccess', shippingMethods: await app.pricingReads.shippingMethods() },
    }));
  },

  saveTaxRate: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const { pricesIncludeTax, region, ...rate } = input;
    const result = await app.commands.saveTaxRate({
      ...{ by, idempotencyKey: idempotencyKey ?? undefined },
      rate: { ...rate, region: region ?? null, pricesIncludeTax: pricesIncludeTax ?? undefined },
    });
    return payload(result, async () => ({
      ...{ __typename: 'SaveTaxRateSuccess', taxRates: await app.pricingReads.taxRates() },
    }));
  },

  removeTaxRate: async (_, { idempotencyKey, input }, { viewer: by, app }) => {
    const rate = { ...input, region: input.region ?? null };
    const result = await app.commands.removeTaxRate({ by, idempotencyKey: idempotencyKey ?? undefined, rate });
    return payload(result, async () => ({
      ...{ __typename: 'RemoveTaxRateSuccess', taxRates: await app.pricingReads.taxRates() },
    }));
  },
} satisfies MutationResolvers;

export const staffPricingMutations = { ...promotionMutations, ...rateMutations } satisfies MutationResolvers;
