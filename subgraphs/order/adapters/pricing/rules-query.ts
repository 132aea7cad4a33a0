/** All that prices a cart, in one statement: most shops have few rules, and a cart is priced whenever somebody looks at it. */
import type { CustomerId, PromotionId } from '#contracts/ids.ts';
import { parseId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { fieldsWithout, selected } from '#platform/database/raw-rows.ts';
import { Prisma } from '#prisma/order/client/client.ts';
import type { PricingRules } from '../../domain/pricing/pricing.ts';
import type { Candidate } from '../../domain/pricing/promotion.ts';
import type { RulesQuery } from '../../usecases/pricing/ports.ts';
import {
  type PromotionRow,
  type ShippingMethodRow,
  type TaxRateRow,
  toPromotion,
  toShippingMethod,
  toTaxRate,
} from './rule-rows.ts';

const promotionColumns = Prisma.raw(selected(fieldsWithout(Prisma.PromotionScalarFieldEnum, 'createdAt'), 'p'));
const methodColumns = Prisma.raw(selected(fieldsWithout(Prisma.ShippingMethodScalarFieldEnum), 'm'));
const rateColumns = Prisma.raw(selected(fieldsWithout(Prisma.TaxRateScalarFieldEnum), 't'));

interface Row {
  readonly now: Date;
  readonly promotions: readonly PromotionRow[] | null;
  readonly coupons: Readonly<Record<string, PromotionId>> | null;
  readonly methods: readonly ShippingMethodRow[] | null;
  readonly rates: readonly TaxRateRow[] | null;
  readonly customers: readonly CustomerRow[] | null;
}
interface CustomerRow {
  readonly id: CustomerId;
  readonly hasOrdered: boolean;
  readonly uses: Readonly<Record<string, number>> | null;
}

/** An order that came to nothing is none. */
const ordered = Prisma.sql`o.customer_id = c.id AND o.status NOT IN ('REJECTED', 'CANCELLED')`;

/** Promotions that are over by the database's clock are left out unless a code names them; whether they apply is the domain's to say. */
export const queryRules = async (
  database: Pick<Prisma.TransactionClient, '$queryRaw'>,
  shop: Pick<ShopSettings, 'countries'>,
  queries: readonly RulesQuery[],
): Promise<{ readonly rules: readonly PricingRules[]; readonly now: Date }> => {
  const codes = [...new Set(queries.flatMap(({ couponCodes }) => couponCodes))];
  const customers = [...new Set(queries.map(({ customerId }) => customerId))];
  const [row] = await database.$queryRaw<Row[]>`
    WITH entered AS MATERIALIZED (SELECT code, promotion_id FROM coupon WHERE code = ANY (${codes}::text[])),
         known AS MATERIALIZED (
           SELECT ${promotionColumns} FROM promotion p
            WHERE (NOT p.needs_code AND (p.ends_at IS NULL OR p.ends_at > clock_timestamp() - interval '1 hour'))
               OR p.id IN (SELECT promotion_id FROM entered))
    SELECT clock_timestamp() AS now,
           (SELECT jsonb_agg(k) FROM known k) AS promotions,
           (SELECT jsonb_object_agg(code, promotion_id) FROM entered) AS coupons,
           (SELECT jsonb_agg(m) FROM (SELECT ${methodColumns} FROM shipping_method m WHERE m.is_active) m) AS methods,
           (SELECT jsonb_agg(t) FROM (SELECT ${rateColumns} FROM tax_rate t) t) AS rates,
           (SELECT jsonb_agg(jsonb_build_object(
                     'id', c.id,
                     'hasOrdered', EXISTS (SELECT 1 FROM customer_order o WHERE ${ordered}),
                     'uses', (SELECT jsonb_object_agg(promotion_id, times)
                                FROM (SELECT r.promotion_id, count(*) AS times
                                        FROM customer_order o JOIN promotion_redemption r ON r.order_id = o.id
                                       WHERE ${ordered} AND r.given_back_at IS NULL
                                         AND r.promotion_id IN (SELECT k.id FROM known k WHERE k."perCustomerLimit" IS NOT NULL)
                                       GROUP BY r.promotion_id) AS used)))
              FROM unnest(${customers}::text[]) AS c (id)
             WHERE EXISTS (SELECT 1 FROM known k WHERE k."firstOrderOnly" OR k."perCustomerLimit" IS NOT NULL)) AS customers`;
  if (!row) throw new Error('a statement without FROM gave no row');
  const promotions = (row.promotions ?? []).map(toPromotion);
  const shared = {
    sellsTo: shop.countries,
    shippingMethods: (row.methods ?? []).map(toShippingMethod),
    taxRates: (row.rates ?? []).map(toTaxRate),
  };
  const rules = queries.map(({ customerId, couponCodes }): PricingRules => {
    const customer = row.customers?.find(({ id }) => id === customerId);
    const codeOf = new Map(couponCodes.map((code) => [row.coupons?.[code], code]));
    const candidates = promotions.flatMap((promotion): Candidate[] => {
      const code = codeOf.get(promotion.id) ?? null;
      if (promotion.needsCode && code === null) return [];
      return [{ promotion, code, usedByCustomer: customer?.uses?.[promotion.id] ?? 0 }];
    });
    const isGuest = parseId('User', customerId) === undefined;
    return { ...shared, candidates, customer: { isGuest, hasOrdered: customer?.hasOrdered ?? false } };
  });
  return { rules, now: row.now };
};
