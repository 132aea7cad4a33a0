import { describe, expect, it } from 'vitest';
import { money } from '#contracts/money.ts';
import { guest } from '#contracts/viewer.ts';
import { aCategory, aProduct, aVariant, categoryOf } from '#kit/product/builders.ts';
import { somebody } from '#kit/user/viewers.ts';
import { Product, placed, statusToList } from './catalogue.ts';
import { mergedProduct, productChanged } from './product-changes.ts';

describe('a product', () => {
  it.each([
    ['an empty title', { title: ' ' }],
    ['a line break in the title', { title: 'a\nb' }],
    ['a NUL in the description', { description: 'a\0b' }],
    ['a slug with capitals', { slug: 'Lamp' }],
    ['a negative price', { variants: [aVariant('A', { price: money(-1, 'EUR') })] }],
    ['two currencies', { variants: [aVariant('A'), aVariant('B', { price: money(1, 'USD') })] }],
    ['a sku with blanks', { variants: [aVariant('A B')] }],
  ])('with %s is refused', (_, fields) => {
    expect(Product.safeParse(aProduct()).success).toBe(true);
    expect(Product.safeParse(aProduct('lamp', fields)).success).toBe(false);
  });
});

describe('the category tree', () => {
  const child = (slug: string, parent: string) => aCategory(slug, { parentId: categoryOf(parent) });

  it('puts parents before children, with their depth', () => {
    const tree = placed([child('c', 'b'), child('b', 'a'), aCategory('a')]);
    expect(tree.map(({ slug, depth }) => `${slug}${depth}`)).toEqual(['a1', 'b2', 'c3']);
  });

  it.each([
    ['a fourth level', [aCategory('a'), child('b', 'a'), child('c', 'b'), child('d', 'c')]],
    ['a cycle', [child('a', 'b'), child('b', 'a')]],
    ['an unknown parent', [child('a', 'nowhere')]],
  ])('refuses %s', (_, categories) => {
    expect(() => placed(categories)).toThrow(/Category .* (levels deep|unknown parent)/);
  });
});

describe('writing a product again', () => {
  it('changes nothing when it is the same', () => {
    expect(mergedProduct(aProduct(), aProduct())).toBeUndefined();
    expect(mergedProduct(undefined, aProduct())).toEqual(aProduct());
  });

  it('keeps the variants that are not named', () => {
    const stored = aProduct('lamp', { variants: [aVariant('A'), aVariant('B')] });
    const after = mergedProduct(stored, aProduct('lamp', { variants: [aVariant('B', { price: money(5, 'EUR') })] }));
    expect(after?.variants.map(({ sku, price }) => `${sku} ${price.amount}`)).toEqual(['B 5', 'A 1000']);
  });

  it('is published with everything that can be sold', () => {
    expect(productChanged(aProduct())).toMatchObject({
      type: 'product.changed',
      aggregate: { type: 'product', id: aProduct().id },
      data: { slug: 'lamp', status: 'PUBLISHED', variants: [{ sku: 'LAMP-1', price: { amount: 1_000 } }] },
    });
  });
});

describe('the status to list', () => {
  it('is PUBLISHED unless staff ask for another', () => {
    expect(statusToList(guest, undefined)).toBe('PUBLISHED');
    expect(statusToList(somebody('STAFF'), null)).toBe('PUBLISHED');
    expect(statusToList(somebody('ADMIN'), 'DRAFT')).toBe('DRAFT');
    expect(() => statusToList(somebody(), 'DRAFT')).toThrow('Only staff');
    expect(() => statusToList(guest, 'ARCHIVED')).toThrow('Only staff');
  });
});
