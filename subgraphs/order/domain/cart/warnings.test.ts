import { expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { type Currency, money } from '#contracts/money.ts';
import type { PricedLine } from './cart.ts';
import { warningsOf } from './warnings.ts';

const euros = (amount: number, currency: Currency = 'EUR') => money(amount, currency);
const line = (over: Partial<PricedLine> = {}): PricedLine => ({
  ...{ id: namedId('CartLine', 'a'), variantId: namedId('Variant', 'a'), sku: 'A', title: 'a', quantity: 2 },
  ...{ unitPrice: euros(500), seenPrice: euros(500), availableUnits: null, facts: null },
  ...over,
});

it.each([
  ['nothing of a line that is as it was', line(), []],
  ['nothing of a price that nobody has seen', line({ seenPrice: null }), []],
  ['nothing of a price that was seen in another currency', line({ seenPrice: euros(1, 'USD') }), []],
  ['nothing of stock that is enough', line({ availableUnits: 2 }), []],
  [
    'a higher price',
    line({ seenPrice: euros(400) }),
    [{ kind: 'CartLinePriceChanged', previousPrice: euros(400), currentPrice: euros(500) }],
  ],
  [
    'a lower price',
    line({ seenPrice: euros(600) }),
    [{ message: 'This item has become cheaper since you last looked.' }],
  ],
  ['what cannot be ordered, whatever it cost', line({ unitPrice: null }), [{ kind: 'CartLineUnavailable' }]],
  [
    'stock that was short',
    line({ availableUnits: 0 }),
    [{ kind: 'CartLineStockShort', available: 0, message: 'When you last ordered this item there were 0 left.' }],
  ],
  [
    'all of it together',
    line({ seenPrice: euros(400), availableUnits: 1 }),
    [{ kind: 'CartLinePriceChanged' }, { kind: 'CartLineStockShort' }],
  ],
])('a cart warns of %s', (_, of, expected) => {
  const warnings = warningsOf([of]);
  expect(warnings).toMatchObject(expected);
  expect(warnings).toHaveLength(expected.length);
  for (const { line } of warnings) expect(line).toBe(of);
});
