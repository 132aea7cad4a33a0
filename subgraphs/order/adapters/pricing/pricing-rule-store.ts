import { Prisma } from '#prisma/order/client/client.ts';
import type { Promotion } from '../../domain/pricing/promotion.ts';
import type { ShippingMethod } from '../../domain/pricing/shipping.ts';
import type { TaxRate } from '../../domain/pricing/tax.ts';
import type { PricingRuleStore } from '../../usecases/pricing/ports.ts';
import { toPromotion, toShippingMethod, toTaxRate } from './rule-rows.ts';

/** The columns that staff decide. */
const promotionColumns = ({ id: _, scope, effect, minimumSpend, used: __, ...rest }: Promotion) => ({
  ...rest,
  productIds: [...scope.productIds],
  categoryIds: [...scope.categoryIds],
  collectionIds: [...scope.collectionIds],
  effect: effect as Prisma.InputJsonObject,
  minimumSpend: minimumSpend ?? Prisma.DbNull,
});

const methodColumns = ({ id: _, countries, prices, ...rest }: ShippingMethod) => ({
  ...rest,
  countries: [...countries],
  prices: prices as unknown as Prisma.InputJsonArray,
});

const keyOf = ({
  country,
  region,
  taxClass,
  validFrom,
}: Pick<TaxRate, 'country' | 'region' | 'taxClass' | 'validFrom'>) => ({
  ...{ country, region: region ?? '', taxClass, validFrom },
});

export const pricingRuleStore = (tx: Prisma.TransactionClient): PricingRuleStore => ({
  async lock() {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('pricing rules', 0))`;
  },

  countAutomatic: (now) =>
    tx.promotion.count({ where: { needsCode: false, OR: [{ endsAt: null }, { endsAt: { gt: now } }] } }),

  async promotion(id) {
    await tx.$executeRaw`SELECT 1 FROM promotion WHERE id = ${id} FOR NO KEY UPDATE`;
    const row = await tx.promotion.findUnique({ where: { id } });
    return row ? toPromotion(row) : undefined;
  },

  async addPromotion(promotion, createdAt) {
    await tx.promotion.create({ data: { ...promotionColumns(promotion), id: promotion.id, used: 0, createdAt } });
  },

  async savePromotion(promotion) {
    await tx.promotion.update({ where: { id: promotion.id }, data: promotionColumns(promotion) });
  },

  async addCoupons(promotionId, codes, createdAt) {
    const taken = await tx.coupon.findMany({ where: { code: { in: [...codes] } }, select: { code: true } });
    if (taken.length > 0) return taken.map(({ code }) => code);
    await tx.coupon.createMany({ data: codes.map((code) => ({ code, promotionId, createdAt })) });
    return [];
  },

  shippingMethods: async () => (await tx.shippingMethod.findMany()).map(toShippingMethod),

  async saveShippingMethod(method) {
    const [{ id }, data] = [method, methodColumns(method)];
    await tx.shippingMethod.upsert({ where: { id }, create: { ...data, id }, update: data });
  },

  async removeShippingMethod(id) {
    await tx.shippingMethod.deleteMany({ where: { id } });
  },

  taxRates: async () => (await tx.taxRate.findMany()).map(toTaxRate),

  async saveTaxRate({ ratePpm, pricesIncludeTax, ...rate }) {
    const key = keyOf(rate);
    await tx.taxRate.upsert({
      where: { country_region_taxClass_validFrom: key },
      create: { ...key, ratePpm, pricesIncludeTax },
      update: { ratePpm, pricesIncludeTax },
    });
    await tx.taxRate.updateMany({ where: { country: rate.country }, data: { pricesIncludeTax } });
  },

  removeTaxRate: async (rate) => (await tx.taxRate.deleteMany({ where: keyOf(rate) })).count > 0,
});
