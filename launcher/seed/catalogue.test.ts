import { describe, expect, it } from 'vitest';
import type { CategoryId } from '#contracts/ids.ts';
import { currencies } from '#contracts/money.ts';
import { taxClasses } from '#contracts/tax-class.ts';
import { attributeKinds, valueFault } from '#subgraphs/product/domain/catalogue/attribute.ts';
import { placed } from '#subgraphs/product/domain/catalogue/category.ts';
import { matches } from '#subgraphs/product/domain/catalogue/collection-rule.ts';
import { productStatuses, stockPolicies } from '#subgraphs/product/domain/catalogue/product.ts';
import { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { demoCatalogue } from './catalogue.ts';
import { inStock, lastUnit, soldOut, wellKnownProducts } from './well-known.ts';

const { attributes, categories, products, collections, initialStock } = demoCatalogue();
const variants = products.flatMap((product) => product.variants);
const tracked = variants.filter(({ stockPolicy }) => stockPolicy === 'TRACKED');
const units = tracked.map(({ id }) => initialStock[id]);
const count = (of: (units: number | undefined) => boolean) => units.filter(of).length;
const repeated = (values: readonly string[]) => values.filter((value, index) => values.indexOf(value) !== index);

describe('the demo catalogue', () => {
  it('can be imported as it is, and is the same every time', () => {
    expect(CatalogueImport.parse(demoCatalogue())).toEqual({
      attributes,
      categories,
      products,
      collections,
      initialStock,
    });
  });

  it('has at least 200 products with 1 to 6 variants each, on shelves of the third level', () => {
    expect(products.length).toBeGreaterThanOrEqual(200);
    expect(products.filter((product) => product.variants.length < 1 || product.variants.length > 6)).toEqual([]);
    const depth = new Map(placed(categories).map((category) => [category.id, category.depth]));
    expect(new Set(products.map(({ categoryId }) => depth.get(categoryId)))).toEqual(new Set([3]));
  });

  it('uses no slug and no sku twice', () => {
    expect(repeated(categories.map(({ slug }) => slug))).toEqual([]);
    expect(repeated(products.map(({ slug }) => slug))).toEqual([]);
    expect(repeated(variants.map(({ sku }) => sku))).toEqual([]);
  });

  it('has mostly full shelves, some that are sold out and a handful of single units', () => {
    expect(count((n) => n === 0)).toBeGreaterThan(10);
    expect(count((n) => n === 0)).toBeLessThan(tracked.length / 8);
    expect(count((n) => n === 1)).toBeGreaterThan(5);
    expect(count((n) => n === 1)).toBeLessThan(tracked.length / 20);
  });

  it('says everything in English and Korean, and names a price in each currency', () => {
    const texts = [...products, ...categories, ...collections].map((one) => one.texts);
    const names = [
      ...attributes,
      ...attributes.flatMap(({ choices }) => choices),
      ...products.flatMap((p) => p.options),
    ];
    const localized = [...texts, ...names.map(({ name }) => name), ...variants.map(({ title }) => title)];
    expect(localized.filter((text) => Object.keys(text).join() !== 'en,ko')).toEqual([]);
    expect(variants.filter(({ prices }) => Object.keys(prices).length !== currencies.length)).toEqual([]);
    expect(variants.filter(({ prices }) => (prices.KRW ?? 0) % 100 !== 0)).toEqual([]);
  });

  it('has collections, each with some of the products and none with all', () => {
    const parents = new Map(categories.map(({ id, parentId }) => [id, parentId]));
    const pathTo = (id: CategoryId | null): CategoryId[] => (id ? [...pathTo(parents.get(id) ?? null), id] : []);
    const standings = products.map((product) => ({ product, categoryIds: pathTo(product.categoryId) }));
    const sizes = collections.map(({ rule }) => standings.filter((candidate) => matches(rule, candidate)).length);
    expect(sizes.filter((size) => size < 3 || size > products.length / 2)).toEqual([]);
    expect(sizes).toHaveLength(3);
  });

  it('has attributes of every kind, each of them used, and values that they allow', () => {
    expect(new Set(attributes.map(({ kind }) => kind))).toEqual(new Set(attributeKinds));
    const used = new Set(products.flatMap((product) => Object.keys(product.attributes)));
    expect(used).toEqual(new Set(attributes.map(({ code }) => code)));
    const byCode = new Map(attributes.map((attribute) => [attribute.code, attribute]));
    const faults = products
      .flatMap((product) => Object.entries(product.attributes))
      .map(([code, value]) => valueFault(byCode.get(code), value));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('has goods that are sent and weigh something, files that do not, and what is made to order', () => {
    const policies = new Map(stockPolicies.map((policy) => [policy, variants.filter((v) => v.stockPolicy === policy)]));
    expect([...policies].map(([policy, some]) => [policy, some.length > 1])).toEqual(
      stockPolicies.map((p) => [p, true]),
    );
    expect(variants.filter((v) => v.requiresShipping !== (v.weightGrams ?? 0) > 0)).toEqual([]);
    expect(variants.filter((v) => v.requiresShipping === (v.stockPolicy === 'UNTRACKED'))).toEqual([]);
    expect(variants.filter(({ id, stockPolicy }) => id in initialStock !== (stockPolicy === 'TRACKED'))).toEqual([]);
    expect(new Set(products.map(({ taxClass }) => taxClass))).toEqual(new Set(taxClasses));
    expect(new Set(products.map(({ status }) => status))).toEqual(new Set(productStatuses));
  });

  it.each(wellKnownProducts)('has $slug as everybody knows it', (known) => {
    const product = products.find(({ slug }) => slug === known.slug);
    expect(product).toMatchObject({
      id: known.productId,
      variants: [{ id: known.variantId, sku: known.sku, prices: { EUR: known.price.amount } }],
    });
    expect(initialStock[known.variantId]).toBe(known.units);
  });

  it('has variants in stock, with one left, and sold out', () => {
    expect([inStock, lastUnit, soldOut].map((known) => Math.min(known.units, 2))).toEqual([2, 1, 0]);
  });
});
