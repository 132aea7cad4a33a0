/** Whether an order still comes to what its customer agreed to. */
import { createHash } from 'node:crypto';
import type { PricingSnapshot } from '../pricing/snapshot.ts';
import type { Order, OrderLine } from './order.ts';

interface Priced {
  readonly lines: readonly OrderLine[];
  readonly total: { readonly amount: number; readonly currency: string };
  readonly pricing: PricingSnapshot;
}

/** Of every figure that the customer agreed to; in lists, because the order of an object's keys does not outlast a database. */
export const pricingHash = ({ lines, total, pricing }: Priced): string => {
  const { shipping } = pricing;
  const figures = [
    [total.currency, total.amount, pricing.discount, pricing.tax, pricing.pricesIncludeTax],
    lines.map(({ variantId, quantity, unitPrice }, at) => {
      const line = pricing.lines[at];
      return [variantId, quantity, unitPrice.amount, line?.discount, line?.tax];
    }),
    shipping && [shipping.methodId, shipping.amount, shipping.discount, shipping.tax],
    pricing.promotions.map(({ promotionId, code, amount: off }) => [promotionId, code, off]),
    pricing.taxes.map(({ taxClass, ratePpm, base, amount: tax }) => [taxClass, ratePpm, base, tax]),
  ];
  return createHash('sha256').update(JSON.stringify(figures)).digest('hex');
};

/** Whether the order's figures are still those that it was placed with. */
export const isAsAgreed = ({
  lines,
  total,
  pricing,
  pricingHash: agreed,
}: Pick<Order, 'lines' | 'total' | 'pricing' | 'pricingHash'>): boolean =>
  pricing === null || pricingHash({ lines, total, pricing }) === agreed;
