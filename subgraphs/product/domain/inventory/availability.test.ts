import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { availabilityOf, backInStock, lowStockOf, stockLow, type WatchedVariant } from './availability.ts';

const lamp: WatchedVariant = {
  variantId: namedId('Variant', 'LAMP'),
  productId: namedId('Product', 'lamp'),
  sku: 'LAMP',
  slug: 'lamp',
  titles: { en: 'Lamp' },
  variantTitles: { en: 'Red' },
  policy: 'TRACKED',
  units: 3,
  threshold: 5,
  isOnSale: true,
  canBeFilled: false,
};

describe('availability', () => {
  it.each([
    ['TRACKED', 6, 5, 'IN_STOCK'],
    ['TRACKED', 5, 5, 'FEW_LEFT'],
    ['TRACKED', 1, 0, 'IN_STOCK'],
    ['TRACKED', 0, 0, 'NONE'],
    ['BACKORDER', 6, 5, 'IN_STOCK'],
    ['BACKORDER', 1, 5, 'FEW_LEFT'],
    ['BACKORDER', 0, 5, 'BACKORDER'],
    ['UNTRACKED', 0, 5, 'IN_STOCK'],
  ] as const)('%s with %i units, of which %i are few, is %4$s', (policy, units, threshold, expected) => {
    expect(availabilityOf({ policy, units, threshold })).toBe(expected);
  });

  it('of what is not on sale is nothing that staff have to order', () => {
    expect(lowStockOf(lamp)).toBe('FEW_LEFT');
    expect(lowStockOf({ ...lamp, isOnSale: false })).toBeUndefined();
    expect(lowStockOf({ ...lamp, policy: 'UNTRACKED', units: 0 })).toBeUndefined();
  });

  it('has messages that fit their schemas', () => {
    expect(stockLow(lamp)).toMatchObject({ type: 'stock.low', data: { sku: 'LAMP', available: 3, threshold: 5 } });
    const customerIds = [namedId('User', 'ada'), namedId('Guest', 'g')];
    expect(backInStock(lamp, customerIds)).toMatchObject({ type: 'product.back-in-stock', data: { customerIds } });
  });
});
