import { describe, expect, it } from 'vitest';
import { namedId, type VariantId } from '#contracts/ids.ts';
import { type Currency, money } from '#contracts/money.ts';
import { noon } from '#kit/order/builders.ts';
import { factsOf } from '../pricing/pricing.fixture.ts';
import {
  addUnits,
  type Cart,
  type CatalogueEntry,
  cartTotal,
  inCurrency,
  mergeCarts,
  mergedUnits,
  priceLines,
  setUnits,
} from './cart.ts';
import { noDetails } from './details.ts';

const variant = (name: string): VariantId => namedId('Variant', name);
const entry = (name: string, amount: number, currency: Currency = 'EUR', isForSale = true): CatalogueEntry => ({
  variantId: variant(name),
  productId: namedId('Product', name),
  sku: name,
  title: name,
  prices: isForSale ? { [currency]: amount } : {},
  facts: factsOf(name),
});
const catalogue = (...entries: CatalogueEntry[]) => new Map(entries.map((it) => [it.variantId, it]));
const line = (name: string, quantity = 1) => ({ id: namedId('CartLine', name), variantId: variant(name), quantity });
const cart = (...lines: Cart['lines']): Cart => ({
  id: namedId('Cart', 'one'),
  customerId: namedId('User', 'anna'),
  currency: 'EUR',
  ...noDetails,
  updatedAt: noon,
  ...{ couponCodes: [], shippingMethodId: null, country: null },
  lines,
});
const inDollars = (...lines: Cart['lines']): Cart => ({ ...cart(...lines), currency: 'USD' });

describe('the prices of a cart', () => {
  it('are those of the catalogue, and none for a variant that is unknown or not for sale', () => {
    const priced = priceLines(
      [line('a', 2), line('gone'), line('unknown')],
      catalogue(entry('a', 500), entry('gone', 300, 'EUR', false)),
      'EUR',
    );
    expect(priced.map(({ sku, title, unitPrice }) => [sku, title, unitPrice?.amount ?? null])).toEqual([
      ['a', 'a', 500],
      ['gone', 'gone', null],
      ['', 'No longer in the catalogue', null],
    ]);
    expect(cartTotal(priced, 'EUR')).toEqual(money(1_000, 'EUR'));
  });

  it('are in the currency of the cart, and none for what is not sold in it', () => {
    const both = { ...entry('both', 500, 'USD'), prices: { EUR: 450, USD: 500 } };
    const priced = priceLines([line('both'), line('b')], catalogue(both, entry('b', 300, 'EUR')), 'USD');
    expect(priced.map(({ unitPrice }) => unitPrice)).toEqual([money(500, 'USD'), null]);
    expect(cartTotal(priced, 'USD')).toEqual(money(500, 'USD'));
  });

  it('come to nothing in an empty cart, and to no sum beyond what an order may come to', () => {
    expect(cartTotal([], 'KRW')).toEqual(money(0, 'KRW'));
    expect(cartTotal(priceLines([line('gone')], catalogue(), 'EUR'), 'EUR')).toEqual(money(0, 'EUR'));
    const known = catalogue(entry('a', 100_000_000), entry('b', 1));
    expect(cartTotal(priceLines([line('a')], known, 'EUR'), 'EUR')).toEqual(money(100_000_000, 'EUR'));
    expect(cartTotal(priceLines([line('a'), line('b')], known, 'EUR'), 'EUR')).toBeUndefined();
  });
});

describe('adding units', () => {
  const known = catalogue(entry('a', 500), entry('gone', 300, 'EUR', false), entry('usd', 100, 'USD'));
  const full = cart(line('a'), ...Array.from({ length: 49 }, (_, n) => line(`other ${n}`)));
  const limit = (name: string, maximum: number, message: string) => ({
    ...{ kind: 'CartLimitExceeded', limit: name, maximum, message },
  });

  it.each([
    ['makes a line', cart(), 'a', 1, 1],
    ['makes another line', cart(line('other', 5)), 'a', 2, 2],
    ['makes a line more', cart(line('a', 2), line('other', 5)), 'a', 3, 5],
    ['fills a line', cart(line('a', 98)), 'a', 1, 99],
    ['goes on in a full cart', full, 'a', 1, 2],
  ])('%s', (_, before, name, more, quantity) => {
    expect(addUnits(before, known, variant(name), more)).toEqual({ ok: true, value: quantity });
  });

  it.each([
    ['that nobody knows', cart(), 'unknown', 1, { kind: 'VariantUnavailable', lines: [] }],
    [
      'that are not for sale',
      ...[cart(), 'gone', 1],
      { kind: 'VariantUnavailable', lines: [{ variantId: variant('gone'), sku: 'gone' }] },
    ],
    ['beyond a line', cart(line('a', 98)), 'a', 2, limit('QUANTITY', 99, 'One line holds up to 99 units.')],
    ['beyond fifty lines', full, 'usd', 1, limit('LINES', 50, 'A cart holds up to 50 different items.')],
    [
      'in another currency',
      ...[cart(line('gone'), line('a')), 'usd', 1],
      {
        ...{ kind: 'CurrencyMismatch', cartCurrency: 'EUR', variantCurrencies: ['USD'] },
        message: 'The cart is in EUR. Order what you want in another currency separately.',
      },
    ],
    [
      'beyond what an order may come to',
      ...[cart(line('dear')), 'a', 1],
      limit('TOTAL', 100_000_000, 'One order cannot come to this much.'),
    ],
  ] as const)('%s fails', (_, before, name, more, failure) => {
    const dear = catalogue(entry('dear', 99_999_501), ...known.values());
    expect(addUnits(before, dear, variant(name), more)).toEqual({
      ok: false,
      failure: expect.objectContaining(failure),
    });
  });
});

describe('a cart that is asked for a currency', () => {
  const known = catalogue({ ...entry('a', 500), prices: { EUR: 500, USD: 600 } });
  const asked = (before: Cart, currency: Currency | undefined) => inCurrency(before, known, variant('a'), currency);

  it('takes it while it is empty, and has its own otherwise', () => {
    expect(asked(cart(), 'USD')).toEqual({ ok: true, value: inDollars() });
    expect(asked(cart(line('a')), 'EUR')).toEqual({ ok: true, value: cart(line('a')) });
    expect(asked(inDollars(line('a')), undefined)).toEqual({ ok: true, value: inDollars(line('a')) });
    expect(asked(cart(line('a')), 'USD')).toMatchObject({
      failure: { kind: 'CurrencyMismatch', cartCurrency: 'EUR', variantCurrencies: ['EUR', 'USD'] },
    });
  });
});

describe('changing a quantity', () => {
  it('takes the place of what the line had', () => {
    const known = catalogue(entry('a', 60_000_000));
    expect(setUnits(cart(line('a', 2)), known, line('a', 2), 1)).toEqual({ ok: true, value: 1 });
    expect(setUnits(cart(line('a', 1)), known, line('a', 1), 2)).toMatchObject({ failure: { limit: 'TOTAL' } });
  });

  it('leaves the currency of the cart as it is', () => {
    const known = catalogue(entry('a', 90_000_000, 'USD'), entry('b', 30_000_000, 'EUR'));
    const mixed = inDollars(line('a'), line('b'));
    expect(setUnits(mixed, known, line('a'), 2)).toMatchObject({ failure: { limit: 'TOTAL' } });
    expect(addUnits(mixed, known, variant('a'), 1)).toMatchObject({ failure: { limit: 'TOTAL' } });
  });

  it('is possible for a variant that is no longer for sale: it is not part of the total', () => {
    expect(setUnits(cart(line('a')), catalogue(entry('a', 1, 'EUR', false)), line('a'), 9)).toEqual({
      ok: true,
      value: 9,
    });
  });
});

describe('lines that come back to a cart', () => {
  const known = catalogue(entry('a', 500), entry('b', 300), entry('usd', 100, 'USD'), entry('gone', 1, 'EUR', false));
  const units = (name: string, quantity: number) => ({ variantId: variant(name), quantity });

  it('are added to those that are there', () => {
    const back = [units('a', 2), units('b', 3)];
    expect(mergedUnits(cart(), known, back)).toEqual(back);
    expect(mergedUnits(cart(line('a', 1)), known, back)).toEqual([units('a', 3), units('b', 3)]);
  });

  it('fill a line up to what one line holds, and leave a full one alone', () => {
    expect(mergedUnits(cart(line('a', 90)), known, [units('a', 20)])).toEqual([units('a', 99)]);
    expect(mergedUnits(cart(line('a', 99)), known, [units('a', 20)])).toEqual([]);
  });

  it('find no room beyond fifty lines, but go on into those that are there', () => {
    const full = cart(line('a'), ...Array.from({ length: 49 }, (_, n) => line(`other ${n}`)));
    expect(mergedUnits(full, known, [units('b', 1), units('a', 1)])).toEqual([units('a', 2)]);
  });

  it('come to no more than an order may', () => {
    const dear = catalogue(entry('a', 30_000_000), entry('b', 50_000_000), entry('free', 0));
    const back = [units('b', 2), units('free', 3)];
    expect(mergedUnits(cart(line('a')), dear, back)).toEqual([units('b', 1), units('free', 3)]);
    expect(mergedUnits(cart(line('a', 4)), dear, [units('b', 1)])).toEqual([]);
    expect(mergedUnits(cart(line('b', 2)), dear, [units('a', 1), units('free', 3)])).toEqual([units('free', 3)]);
  });

  it('come back though they are not for sale, and are left out where the cart has another currency', () => {
    expect(mergedUnits(cart(), known, [units('gone', 2), units('unknown', 1)])).toHaveLength(2);
    expect(mergedUnits(inDollars(line('usd')), known, [units('a', 1), units('gone', 1)])).toEqual([units('gone', 1)]);
  });
});

describe('the carts of a guest and of the user who it was', () => {
  const known = catalogue(entry('a', 500), entry('b', 300), entry('usd', 100, 'USD'));
  const users = (...lines: [name: string, quantity: number][]) =>
    cart(
      ...lines.map(([name, quantity]) => ({ ...line(name, quantity), id: namedId('CartLine', `${name} of the user`) })),
    );

  it('become one: a variant in both is the line of the user, with the units of both', () => {
    const merged = mergeCarts(cart(line('a', 2), line('b', 1)), users(['a', 3], ['c', 4]), known);
    expect(merged).toEqual([...users(['a', 5], ['c', 4]).lines, line('b', 1)]);
  });

  it('keep what the guest has chosen, and of the rest what there is room for', () => {
    expect(mergeCarts(cart(line('a', 99)), users(['a', 1]), known)).toEqual(users(['a', 99]).lines);
    expect(mergeCarts(cart(line('a', 1)), users(['usd', 1], ['b', 1]), known)).toEqual([
      ...users(['b', 1]).lines,
      line('a', 1),
    ]);
    const fifty = Array.from({ length: 50 }, (_, n) => line(`other ${n}`));
    expect(mergeCarts(cart(...fifty), users(['a', 1]), known)).toEqual(fifty);
    expect(mergeCarts(cart(), users(['a', 1]), known)).toEqual(users(['a', 1]).lines);
  });
});
