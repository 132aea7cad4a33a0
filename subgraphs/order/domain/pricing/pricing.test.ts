/** The rules by example; what is true of every cart: pricing.model.test.ts. */
import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import {
  aCandidate,
  anInput,
  aPricingLine,
  aShippingMethod,
  aTaxRate,
  methodId,
  noon,
  priced,
  promotionId,
} from './pricing.fixture.ts';
import { type PricingInput, priceCart } from './pricing.ts';
import { type Candidate, couponCode, readCode } from './promotion.ts';

const lamp = aPricingLine({ name: 'lamp', unitAmount: 1_000, quantity: 3 });
const tent = aPricingLine({ name: 'tent', unitAmount: 5_000 });
const mug = aPricingLine({ name: 'mug', unitAmount: 333, quantity: 2 });
const tenPercent = { kind: 'PERCENTAGE', ratePpm: 100_000 } as const;
const gift = { kind: 'FREE_GIFT', variantIds: [mug.variantId], quantity: 1 } as const;
const onlyTent = { productIds: [tent.productId], categoryIds: [], collectionIds: [] };

const reasons = (over: Partial<PricingInput>) => priced(over).refused.map(({ reason }) => reason);
const discounts = (over: Partial<PricingInput>) => priced(over).lines.map(({ discount }) => discount);

describe('promotions', () => {
  it.each<[string, Partial<PricingInput>, number[]]>([
    [
      'a percentage is rounded once, and divided',
      { lines: [mug, lamp], candidates: [aCandidate(tenPercent)] },
      [67, 300],
    ],
    [
      'a fixed amount is divided by what the lines come to',
      { lines: [lamp, tent], candidates: [aCandidate({ kind: 'FIXED_AMOUNT', amounts: { EUR: 1_000 } })] },
      [375, 625],
    ],
    [
      'a fixed amount takes off no more than there is',
      { lines: [mug], candidates: [aCandidate({ kind: 'FIXED_AMOUNT', amounts: { EUR: 1_000 } })] },
      [666],
    ],
    [
      'a scope leaves the rest alone',
      { lines: [lamp, tent], candidates: [aCandidate(tenPercent, { scope: onlyTent })] },
      [0, 500],
    ],
    [
      'a category above the product is in scope as well',
      {
        lines: [lamp, { ...tent, categoryIds: [namedId('Category', 'outdoor'), namedId('Category', 'tents')] }],
        candidates: [
          aCandidate(tenPercent, {
            scope: { productIds: [], categoryIds: [namedId('Category', 'outdoor')], collectionIds: [] },
          }),
        ],
      },
      [0, 500],
    ],
    [
      'of three for two the cheapest is free',
      { lines: [tent, mug], candidates: [aCandidate({ kind: 'BUY_X_GET_Y', buy: 2, get: 1, ratePpm: 1_000_000 })] },
      [0, 333],
    ],
    [
      'of six, two; the third at half its price',
      {
        lines: [lamp, { ...tent, quantity: 3 }],
        candidates: [aCandidate({ kind: 'BUY_X_GET_Y', buy: 2, get: 1, ratePpm: 500_000 })],
      },
      [1_000, 0],
    ],
    [
      'a gift is free once',
      { lines: [lamp, mug], candidates: [aCandidate(gift), aCandidate(gift, { id: promotionId(2) })] },
      [0, 666],
    ],
    [
      'each is applied to what the one before has left',
      { lines: [tent], candidates: [aCandidate(tenPercent), aCandidate(tenPercent, { id: promotionId(2) })] },
      [950],
    ],
    [
      'in order of their priority',
      {
        lines: [tent],
        candidates: [
          aCandidate(tenPercent, { priority: 2 }),
          aCandidate({ kind: 'FIXED_AMOUNT', amounts: { EUR: 1_000 } }, { id: promotionId(2), priority: 1 }),
        ],
      },
      [1_400],
    ],
    [
      'an exclusive one alone, where that is better',
      {
        lines: [tent],
        candidates: [
          aCandidate(tenPercent),
          aCandidate({ kind: 'FIXED_AMOUNT', amounts: { EUR: 501 } }, { id: promotionId(2), isExclusive: true }),
        ],
      },
      [501],
    ],
    [
      'the others together, where that is as good',
      {
        lines: [tent],
        candidates: [
          aCandidate(tenPercent),
          aCandidate({ kind: 'FIXED_AMOUNT', amounts: { EUR: 500 } }, { id: promotionId(0), isExclusive: true }),
        ],
      },
      [500],
    ],
  ])('%s', (_, over, expected) => {
    expect(discounts(over)).toEqual(expected);
  });

  const limited = { usageLimit: 5, used: 5 };
  it.each<[string, Partial<Candidate['promotion']>, string, Partial<PricingInput>?]>([
    ['NOT_STARTED', { startsAt: new Date(noon.getTime() + 1) }, 'before it starts'],
    ['ENDED', { endsAt: noon }, 'from its end on'],
    ['LIMIT_REACHED', limited, 'when all are used'],
    ['SIGN_IN_REQUIRED', { perCustomerLimit: 1 }, 'to a guest', { customer: { isGuest: true, hasOrdered: false } }],
    [
      'NOT_FIRST_ORDER',
      { firstOrderOnly: true },
      'who has ordered',
      { customer: { isGuest: false, hasOrdered: true } },
    ],
    ['MINIMUM_SPEND', { minimumSpend: { EUR: 1_001 } }, 'below its minimum'],
    ['OTHER_CURRENCY', { minimumSpend: { USD: 1 } }, 'in another currency'],
    ['NOTHING_IN_SCOPE', { scope: onlyTent }, 'to other products'],
    ['NO_SHIPPING', { effect: { kind: 'FREE_SHIPPING' } }, 'without shipping'],
    ['NOT_ENOUGH_UNITS', { effect: { kind: 'BUY_X_GET_Y', buy: 1, get: 1, ratePpm: 1 } }, 'to fewer units'],
    ['GIFT_NOT_IN_CART', { effect: gift }, 'before the gift is in the cart'],
    ['OTHER_CURRENCY', { effect: { kind: 'FIXED_AMOUNT', amounts: { KRW: 1 } } }, 'that has no amount in the currency'],
  ])('%s: does not apply %s %s', (reason, promotion, _, over) => {
    expect(reasons({ candidates: [aCandidate(tenPercent, promotion)], ...over })).toEqual([reason]);
  });

  it('starts at its first moment, and still has its last use', () => {
    const promotion = {
      startsAt: noon,
      endsAt: new Date(noon.getTime() + 1),
      usageLimit: 5,
      used: 4,
      minimumSpend: { EUR: 1_000 },
    };
    expect(reasons({ candidates: [aCandidate(tenPercent, promotion)] })).toEqual([]);
  });

  it('has a customer use it so often', () => {
    const once = { ...aCandidate(tenPercent, { perCustomerLimit: 2 }), usedByCustomer: 2 };
    expect(reasons({ candidates: [once] })).toEqual(['CUSTOMER_LIMIT_REACHED']);
    expect(reasons({ candidates: [{ ...once, usedByCustomer: 1 }] })).toEqual([]);
  });

  it('does not count a gift as bought', () => {
    const candidates = [aCandidate(gift, { minimumSpend: { EUR: 333 } })];
    expect(reasons({ lines: [{ ...mug, quantity: 1 }], candidates })).toEqual(['NOTHING_IN_SCOPE']);
    expect(discounts({ lines: [mug], candidates })).toEqual([333]);
  });
});

describe('shipping', () => {
  const chosen = { shippingMethodId: methodId(1) };
  const costs = (method: object, over: Partial<PricingInput> = {}) =>
    priced({ ...chosen, shippingMethods: [aShippingMethod(method)], ...over }).shipping?.amount;
  const steps = [
    { from: 0, amount: 300 },
    { from: 1_000, amount: 500 },
  ];
  const price = (freeFrom: number | null) => [{ currency: 'EUR', steps, freeFrom }];

  it.each<[string, object, Partial<PricingInput>, number | undefined]>([
    ['a flat price', {}, {}, 490],
    [
      'by weight, below a step',
      { pricing: 'BY_WEIGHT', prices: price(null) },
      { lines: [{ ...tent, weightGrams: 999 }] },
      300,
    ],
    [
      'by weight, on a step',
      { pricing: 'BY_WEIGHT', prices: price(null) },
      { lines: [{ ...tent, weightGrams: 500, quantity: 2 }] },
      500,
    ],
    [
      'by total, after discounts',
      { pricing: 'BY_TOTAL', prices: price(null) },
      { candidates: [aCandidate(tenPercent)] },
      300,
    ],
    ['by total', { pricing: 'BY_TOTAL', prices: price(null) }, {}, 500],
    ['free from a total', { prices: price(1_000) }, {}, 0],
    ['not free below it', { pricing: 'BY_TOTAL', prices: price(1_001) }, {}, 500],
    ['not to another country', { countries: ['US'] }, {}, undefined],
    ['not where the shop does not sell', {}, { destination: { country: 'FR' } }, undefined],
    ['not in another currency', {}, { currency: 'USD' }, undefined],
    ['not any more', { isActive: false }, {}, undefined],
    ['not for downloads', {}, { lines: [{ ...tent, requiresShipping: false }] }, undefined],
  ])('%s', (_, method, over, amount) => {
    expect(costs(method, over)).toBe(amount);
  });

  it('is free by a promotion, and counted as a discount', () => {
    const { totals } = priced({
      ...{ ...chosen, shippingMethods: [aShippingMethod()] },
      candidates: [aCandidate({ kind: 'FREE_SHIPPING' })],
    });
    expect(totals).toMatchObject({ lines: 1_000, shipping: 490, discount: 490, total: 1_000 });
  });

  it('is asked for where there is any, but for downloads', () => {
    const shippingMethods = [aShippingMethod()];
    expect(priced({ shippingMethods, destination: null }).missing).toEqual({ destination: true, shippingMethod: true });
    expect(priced({ shippingMethods }).missing).toEqual({ destination: false, shippingMethod: true });
    expect(priced({ shippingMethods, ...chosen }).missing).toEqual({ destination: false, shippingMethod: false });
    const lines = [{ ...tent, requiresShipping: false }];
    expect(priced({ shippingMethods, lines, destination: null }).missing).toEqual({
      destination: false,
      shippingMethod: false,
    });
  });
});

describe('tax', () => {
  it('is contained in the prices, or added to them, as the country has it', () => {
    expect(priced({ taxRates: [aTaxRate()] }).totals).toMatchObject({ tax: 0, taxIncluded: 160, total: 1_000 });
    const taxRates = [aTaxRate({ pricesIncludeTax: false })];
    expect(priced({ taxRates }).totals).toMatchObject({ tax: 190, taxIncluded: 0, total: 1_190 });
  });

  it('is of what is paid, shipping included, by its class', () => {
    const { taxes, lines, shipping } = priced({
      lines: [lamp, { ...mug, taxClass: 'REDUCED' }],
      ...{ shippingMethodId: methodId(1), shippingMethods: [aShippingMethod()] },
      candidates: [aCandidate(tenPercent)],
      taxRates: [
        aTaxRate({ pricesIncludeTax: false }),
        aTaxRate({ pricesIncludeTax: false, taxClass: 'REDUCED', ratePpm: 70_000 }),
      ],
    });
    expect(taxes).toEqual([
      { taxClass: 'STANDARD', ratePpm: 190_000, base: 3_190, amount: 606 },
      { taxClass: 'REDUCED', ratePpm: 70_000, base: 599, amount: 42 },
    ]);
    expect([...lines.map(({ tax }) => tax), shipping?.tax]).toEqual([513, 42, 93]);
  });

  it.each([
    ["the region's before the country's", { region: 'CA', ratePpm: 72_500 }, 73],
    ['not that of another region', { region: 'NY', ratePpm: 72_500 }, 190],
    ['the later of two', { validFrom: noon, ratePpm: 200_000 }, 200],
    ['not one that does not hold yet', { validFrom: new Date(noon.getTime() + 1), ratePpm: 200_000 }, 190],
    ['not that of another class', { taxClass: 'ZERO' as const, ratePpm: 0 }, 190],
  ])('takes %s', (_, rate, tax) => {
    const us = { country: 'US', pricesIncludeTax: false };
    const taxRates = [aTaxRate(us), aTaxRate({ ...us, ...rate })];
    expect(priced({ taxRates, destination: { country: 'US', region: 'CA' } }).totals.tax).toBe(tax);
  });

  it('is none where the country is not known, or has no rates', () => {
    expect(priced({ taxRates: [aTaxRate()], destination: null })).toMatchObject({
      taxes: [],
      missing: { destination: true },
    });
    expect(priceCart(anInput({ taxRates: [aTaxRate()], destination: { country: 'KR' } })).taxes).toEqual([]);
  });
});

describe('codes', () => {
  it.each([
    ['summer 10', 'SUMMER10'],
    ['a-b_c', 'AB_C'],
    ['ab', undefined],
    ['drop;table', undefined],
    ['x'.repeat(41), undefined],
  ])('%s is read as %s', (typed, code) => {
    expect(readCode(typed)).toBe(code);
  });

  it('are made up of letters that are not mistaken for digits', () => {
    expect(couponCode(new Uint8Array([0x01, 0x23, 0x45, 0x67, 0x89, 0xab]))).toBe('ACDEFGHJKMNP');
    expect(readCode(couponCode(new Uint8Array([0xcd, 0xef, 0, 0, 0, 0])))).toBe('QRTWAAAAAAAA');
  });
});
