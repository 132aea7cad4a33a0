import { describe, expect, it } from 'vitest';
import { placed } from '#subgraphs/product/domain/catalogue/catalogue.ts';
import { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { demoCatalogue } from './catalogue.ts';
import { inStock, lastUnit, soldOut, wellKnownProducts } from './well-known.ts';

const { categories, products, initialStock } = demoCatalogue();
const variants = products.flatMap((product) => product.variants);
const units = variants.map(({ id }) => initialStock[id]);
const count = (of: (units: number | undefined) => boolean) => units.filter(of).length;
const repeated = (values: readonly string[]) => values.filter((value, index) => values.indexOf(value) !== index);

describe('the demo catalogue', () => {
  it('can be imported as it is, and is the same every time', () => {
    expect(CatalogueImport.parse(demoCatalogue())).toEqual({ categories, products, initialStock });
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
    expect(count((n) => n === 0)).toBeLessThan(variants.length / 8);
    expect(count((n) => n === 1)).toBeGreaterThan(5);
    expect(count((n) => n === 1)).toBeLessThan(variants.length / 20);
  });

  it.each(wellKnownProducts)('has $slug as everybody knows it', (known) => {
    const product = products.find(({ slug }) => slug === known.slug);
    expect(product).toMatchObject({
      id: known.productId,
      variants: [{ id: known.variantId, sku: known.sku, price: known.price }],
    });
    expect(initialStock[known.variantId]).toBe(known.units);
  });

  it('has variants in stock, with one left, and sold out', () => {
    expect([inStock, lastUnit, soldOut].map((known) => Math.min(known.units, 2))).toEqual([2, 1, 0]);
  });
});
