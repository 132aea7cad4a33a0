/** Carts, promotions, shipping and taxes for tests: a test names only what it is about. */
import fc from 'fast-check';
import { namedId, type PromotionId, type ShippingMethodId } from '#contracts/ids.ts';
import { currencies } from '#contracts/money.ts';
import { taxClasses } from '#contracts/tax-class.ts';
import type { PricingFacts } from '../cart/cart.ts';
import { type PricingInput, type PricingRules, priceCart } from './pricing.ts';
import type { PricingLine } from './pricing-line.ts';
import type { Candidate, Effect, Promotion } from './promotion.ts';
import { type ShippingMethod, shippingPricings } from './shipping.ts';
import type { TaxRate } from './tax.ts';

export const noon = new Date('2026-11-27T12:00:00.000Z');
const longAgo = new Date('2020-01-01T00:00:00.000Z');

const hex = (number: number) => number.toString(16).padStart(32, '0');
export const promotionId = (number: number) => `pro_${hex(number)}` as PromotionId;
export const methodId = (number: number) => `shm_${hex(number)}` as ShippingMethodId;

export const aPricingLine = (over: Partial<PricingLine> & { name?: string } = {}): PricingLine => {
  const { name = 'lamp', ...rest } = over;
  return {
    ...{ variantId: namedId('Variant', name), productId: namedId('Product', name), quantity: 1, unitAmount: 1_000 },
    ...{ taxClass: 'STANDARD', weightGrams: 500, requiresShipping: true, categoryIds: [], collectionIds: [] },
    ...rest,
  };
};

/** What the catalogue says of what is called so. */
export const factsOf = (name: string): PricingFacts => {
  const { variantId: _, quantity: __, unitAmount: ___, ...facts } = aPricingLine({ name });
  return facts;
};

/** Of a shop where nobody has decided anything. */
export const noRules: PricingRules = {
  ...{
    candidates: [],
    customer: { isGuest: false, hasOrdered: false },
    shippingMethods: [],
    taxRates: [],
    sellsTo: ['DE'],
  },
};

export const aPromotion = (effect: Effect, over: Partial<Promotion> = {}): Promotion => ({
  ...{ id: promotionId(1), title: 'Sale', effect, scope: { productIds: [], categoryIds: [], collectionIds: [] } },
  ...{ minimumSpend: null, needsCode: false, isExclusive: false, priority: 0, firstOrderOnly: false },
  ...{ startsAt: null, endsAt: null, usageLimit: null, perCustomerLimit: null, used: 0, version: 1 },
  ...over,
});

export const aCandidate = (effect: Effect, over: Partial<Promotion> = {}): Candidate => ({
  promotion: aPromotion(effect, over),
  code: null,
  usedByCustomer: 0,
});

export const aShippingMethod = (over: Partial<ShippingMethod> = {}): ShippingMethod => ({
  ...{ id: methodId(1), title: 'Parcel', pricing: 'FLAT', countries: [], taxClass: 'STANDARD', position: 0 },
  ...{ isActive: true, version: 1, prices: [{ currency: 'EUR', steps: [{ from: 0, amount: 490 }], freeFrom: null }] },
  ...over,
});

export const aTaxRate = (over: Partial<TaxRate> = {}): TaxRate => ({
  ...{
    country: 'DE',
    region: null,
    taxClass: 'STANDARD',
    ratePpm: 190_000,
    validFrom: longAgo,
    pricesIncludeTax: true,
  },
  ...over,
});

export const anInput = (over: Partial<PricingInput> = {}): PricingInput => ({
  ...{ currency: 'EUR', lines: [aPricingLine()], destination: { country: 'DE' }, shippingMethodId: null },
  ...{ candidates: [], customer: { isGuest: false, hasOrdered: false }, shippingMethods: [], taxRates: [], now: noon },
  sellsTo: ['DE', 'US', 'KR'],
  ...over,
});

export const priced = (over: Partial<PricingInput> = {}) => priceCart(anInput(over));

// What any shop could come up with.

const names = ['lamp', 'tent', 'book', 'mug', 'rope'];
const categories = ['outdoor', 'home'].map((name) => namedId('Category', name));
const collections = [namedId('Collection', 'sale')];
const products = names.map((name) => namedId('Product', name));
const variants = names.map((name) => namedId('Variant', name));

const line = (currency: string) =>
  fc.record({
    quantity: fc.integer({ min: 1, max: 99 }),
    // Up to ten lines of 99 stay below what an order may come to.
    unitAmount: fc.oneof(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: currency === 'KRW' ? 100_000 : 20_000 }),
    ),
    taxClass: fc.constantFrom(...taxClasses),
    weightGrams: fc.option(fc.integer({ min: 0, max: 30_000 })),
    requiresShipping: fc.boolean(),
    categoryIds: fc.subarray(categories),
    collectionIds: fc.subarray(collections),
  });

const lines = (currency: string): fc.Arbitrary<PricingLine[]> =>
  fc
    .tuple(fc.shuffledSubarray(names, { minLength: 1 }), fc.array(line(currency), { minLength: 5, maxLength: 5 }))
    .map(([chosen, facts]) => chosen.flatMap((name, at) => (facts[at] ? [aPricingLine({ name, ...facts[at] })] : [])));

const amounts = (max: number) =>
  fc.dictionary(fc.constantFrom(...currencies), fc.integer({ min: 1, max }), { maxKeys: 4 });
const ratePpm = fc.integer({ min: 1, max: 1_000_000 });

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({ kind: fc.constant('PERCENTAGE' as const), ratePpm }),
  fc.record({ kind: fc.constant('FIXED_AMOUNT' as const), amounts: amounts(100_000) }),
  fc.constant({ kind: 'FREE_SHIPPING' as const }),
  fc.record({
    ...{ kind: fc.constant('BUY_X_GET_Y' as const), ratePpm },
    ...{ buy: fc.integer({ min: 1, max: 5 }), get: fc.integer({ min: 1, max: 3 }) },
  }),
  fc.record({
    kind: fc.constant('FREE_GIFT' as const),
    variantIds: fc.subarray(variants, { minLength: 1 }),
    quantity: fc.integer({ min: 1, max: 3 }),
  }),
);

const candidate: fc.Arbitrary<Omit<Promotion, 'id'>> = fc.record({
  ...{ title: fc.constant('Sale'), effect, needsCode: fc.constant(false), version: fc.constant(1) },
  scope: fc.record({
    productIds: fc.subarray(products, { maxLength: 2 }),
    categoryIds: fc.subarray(categories, { maxLength: 1 }),
    collectionIds: fc.subarray(collections),
  }),
  minimumSpend: fc.option(amounts(200_000), { freq: 1 }),
  isExclusive: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  priority: fc.integer({ min: 0, max: 2 }),
  firstOrderOnly: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  startsAt: fc.constantFrom(null, longAgo, new Date('2030-01-01')),
  endsAt: fc.constantFrom(null, null, new Date('2030-01-01')),
  usageLimit: fc.constantFrom(null, null, 5),
  perCustomerLimit: fc.constantFrom(null, 1),
  used: fc.constantFrom(0, 5),
});

const method = (number: number): fc.Arbitrary<ShippingMethod> =>
  fc.record({
    ...{ id: fc.constant(methodId(number)), title: fc.constant('Parcel'), version: fc.constant(1) },
    pricing: fc.constantFrom(...shippingPricings),
    countries: fc.constantFrom([], ['DE'], ['US', 'KR']),
    taxClass: fc.constantFrom(...taxClasses),
    position: fc.integer({ min: 0, max: 2 }),
    isActive: fc.constantFrom(true, true, false),
    prices: fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 3 }),
        fc.option(fc.integer({ min: 0, max: 500_000 })),
      )
      .map(([steps, freeFrom]) =>
        currencies.map((currency) => ({
          ...{ currency, freeFrom },
          steps: steps.map((amount, at) => ({ from: at * 2_000, amount })),
        })),
      ),
  });

const rate: fc.Arbitrary<TaxRate> = fc.record({
  country: fc.constantFrom('DE', 'US'),
  region: fc.constantFrom(null, null, 'CA'),
  taxClass: fc.constantFrom(...taxClasses),
  ratePpm: fc.integer({ min: 0, max: 300_000 }),
  validFrom: fc.constantFrom(longAgo, new Date('2026-01-01'), new Date('2030-01-01')),
  pricesIncludeTax: fc.constant(true),
});

export const anyInput: fc.Arbitrary<PricingInput> = fc.constantFrom(...currencies).chain((currency) =>
  fc.record({
    currency: fc.constant(currency),
    lines: lines(currency),
    destination: fc.constantFrom(null, { country: 'DE' }, { country: 'US', region: 'CA' }, { country: 'KR' }),
    shippingMethodId: fc.constantFrom(null, methodId(1), methodId(2)),
    candidates: fc.array(candidate, { maxLength: 5 }).map((all): Candidate[] =>
      all.map((promotion, at) => ({
        promotion: { ...promotion, id: promotionId(at) },
        code: null,
        usedByCustomer: at % 2,
      })),
    ),
    customer: fc.record({ isGuest: fc.boolean(), hasOrdered: fc.boolean() }),
    shippingMethods: fc.tuple(method(1), method(2)).map((both) => [...both]),
    taxRates: fc
      .tuple(fc.array(rate, { maxLength: 6 }), fc.boolean())
      .map(([rates, pricesIncludeTax]) => rates.map((each) => ({ ...each, pricesIncludeTax }))),
    now: fc.constant(noon),
    sellsTo: fc.constant(['DE', 'US', 'KR']),
  }),
);
