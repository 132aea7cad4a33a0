import { describe, expect, it } from 'vitest';
import { money } from '../../../contracts/money.ts';
import { aLine, anOrder, aReply, noon } from '../../../tests/kit/order-builders.ts';
import { type Changed, decide } from './checkout.ts';
import type { CheckoutEvent } from './checkout-events.ts';
import type { Order } from './order.ts';
import { defaultTimings as timings } from './timings.ts';

const changed = (order: Order, event: CheckoutEvent, now = noon): Changed => {
  const decision = decide(timings, order, event, now);
  if (decision.kind !== 'changed') throw new Error(decision.because);
  return decision;
};

describe('a rejected order', () => {
  const rejectedBy = (data: Parameters<typeof aReply<'stock.rejected'>>[1]) =>
    changed(anOrder(), aReply('stock.rejected', data)).order.failure;
  const { variantId } = aLine();

  it('names the lines that are short', () => {
    expect(rejectedBy({})).toMatchObject({
      kind: 'InsufficientStock',
      lines: [{ variantId, sku: 'LAMP-1', requested: 2, available: 1 }],
    });
  });

  it('names the lines whose price changed, and the total of today', () => {
    const lines = [{ variantId, requested: 2, available: 9, currentPrice: money(2_500, 'EUR') }];
    expect(rejectedBy({ reason: 'PRICE_CHANGED', lines })).toMatchObject({
      kind: 'PriceChanged',
      currentTotal: money(5_000, 'EUR'),
      lines: [{ was: money(1_999, 'EUR'), now: money(2_500, 'EUR') }],
    });
  });

  it('counts a line that is now priced in another currency as not for sale', () => {
    const lines = [{ variantId, requested: 2, available: 9, currentPrice: money(2_500, 'USD') }];
    expect(rejectedBy({ reason: 'PRICE_CHANGED', lines })).toMatchObject({ kind: 'VariantUnavailable' });
  });

  it('names the lines that are not for sale', () => {
    const lines = [{ variantId, requested: 2, available: 0, currentPrice: null }];
    expect(rejectedBy({ reason: 'UNAVAILABLE', lines })).toMatchObject({ lines: [{ variantId, sku: 'LAMP-1' }] });
  });
});
