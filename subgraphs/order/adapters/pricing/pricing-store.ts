import type { PromotionId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { PricingRules } from '../../domain/pricing/pricing.ts';
import type { PricingStore } from '../../usecases/pricing/ports.ts';
import { type PromotionRow, toPromotion } from './rule-rows.ts';
import { queryRules } from './rules-query.ts';

const promotionColumns = Prisma.raw(selected(fieldsWithout(Prisma.PromotionScalarFieldEnum, 'createdAt'), 'p'));

export const pricingStore = (tx: Prisma.TransactionClient, shop: ShopSettings): PricingStore => ({
  async rules(query) {
    const { rules } = await queryRules(tx, shop, [query]);
    return rules[0] as PricingRules;
  },

  async lockLimited(ids) {
    // In order of the ids, so that two orders with the same promotions wait for one another and do not lock each other out.
    const rows = await tx.$queryRaw<PromotionRow[]>`
      SELECT ${promotionColumns} FROM promotion p
       WHERE p.id = ANY (${ids}::text[]) AND p.usage_limit IS NOT NULL
       ORDER BY p.id
         FOR NO KEY UPDATE`;
    return rows.map(toPromotion);
  },

  async redeem(orderId, promotions, redeemedAt) {
    if (promotions.length === 0) return;
    const ids: PromotionId[] = promotions.map(({ promotionId }) => promotionId);
    // The table's CHECK refuses what is beyond the limit, whatever its caller has locked.
    await tx.$executeRaw`
      UPDATE promotion SET used = used + 1 WHERE id = ANY (${ids}::text[]) AND usage_limit IS NOT NULL`;
    await tx.promotionRedemption.createMany({ data: promotions.map((each) => ({ ...each, orderId, redeemedAt })) });
  },

  async giveBack(orderId, now) {
    await tx.$executeRaw`
      WITH given AS (
        UPDATE promotion_redemption SET given_back_at = greatest(${now}::timestamptz, redeemed_at)
         WHERE order_id = ${orderId} AND given_back_at IS NULL
        RETURNING promotion_id),
      locked AS MATERIALIZED (
        SELECT id FROM promotion WHERE id IN (SELECT promotion_id FROM given) ORDER BY id FOR NO KEY UPDATE)
      UPDATE promotion SET used = used - 1 WHERE id IN (SELECT id FROM locked) AND usage_limit IS NOT NULL`;
  },
});
