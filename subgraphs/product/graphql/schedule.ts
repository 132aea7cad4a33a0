import type { ProductResolvers, ProductVariantResolvers, ScheduledPriceResolvers } from './types.generated.ts';

export const variantSchedule = {
  scheduledPrices: ({ id }, _, { loaders }) => loaders.scheduledPrices.load(id),
} satisfies ProductVariantResolvers;

export const productSchedule = {
  scheduledPrices: async ({ id }, _, { loaders }) => {
    const variants = await loaders.variantsOf.load(id);
    const prices = await Promise.all(variants.map((variant) => loaders.scheduledPrices.load(variant.id)));
    return prices.flat().sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  },
} satisfies ProductResolvers;

export const ScheduledPrice = {
  price: ({ amount, currency }) => ({ amount, currency }),
  variant: ({ variantId }, _, { loaders }) => loaders.variant.load({ id: variantId }),
} satisfies ScheduledPriceResolvers;
