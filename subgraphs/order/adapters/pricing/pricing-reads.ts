import type { PromotionId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import type { PrismaClient } from '#prisma/order/client/client.ts';
import type { PricingReads } from '../../usecases/pricing/ports.ts';
import { toPromotion, toShippingMethod, toTaxRate } from './rule-rows.ts';
import { queryRules } from './rules-query.ts';

// A screen of them; a campaign's thousands are for a file.
const codesShown = 100;

/** `clock`: as of the transactions (wiring.ts). */
export const pricingReads = (
  prisma: PrismaClient,
  shop: ShopSettings,
  clock: (time: Date) => Date = (time) => time,
): PricingReads => ({
  async rules(queries) {
    const { rules, now } = await queryRules(prisma, shop, queries);
    return { rules, now: clock(now) };
  },

  promotions: async ({ limit, after }) => {
    const where = after ? { id: { lt: after } } : {};
    return (await prisma.promotion.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 })).map(toPromotion);
  },

  promotionsById: async (ids) =>
    (await prisma.promotion.findMany({ where: { id: { in: [...ids] } } })).map(toPromotion),

  codes: async (ids) => {
    const rows = await prisma.$queryRaw<{ promotionId: PromotionId; code: string }[]>`
      SELECT c.promotion_id AS "promotionId", c.code
        FROM unnest(${ids}::text[]) AS p (id)
       CROSS JOIN LATERAL (SELECT * FROM coupon WHERE promotion_id = p.id ORDER BY code LIMIT ${codesShown}) AS c
       ORDER BY c.code`;
    return new Map(
      [...Map.groupBy(rows, ({ promotionId }) => promotionId)].map(([id, of]) => [id, of.map(({ code }) => code)]),
    );
  },

  shippingMethods: async () =>
    (await prisma.shippingMethod.findMany({ orderBy: [{ position: 'asc' }, { id: 'asc' }] })).map(toShippingMethod),

  taxRates: async () =>
    (
      await prisma.taxRate.findMany({
        orderBy: [{ country: 'asc' }, { region: 'asc' }, { taxClass: 'asc' }, { validFrom: 'asc' }],
      })
    ).map(toTaxRate),
});
