import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { aCatalogue, aCategory, aProduct, categoryOf, variantOf } from '#kit/product/builders.ts';
import { aBrowsableShop, type BrowsableShop, below, lamps, tree } from '#kit/product/graph.ts';

let shop: BrowsableShop;
beforeAll(async () => {
  shop = await aBrowsableShop();
});
const ask: BrowsableShop['ask'] = (...question) => shop.ask(...question);

describe('references from other subgraphs', () => {
  const entities = (fields: string, r: readonly object[]) =>
    ask(guest, `query ($r: [_Any!]!) { _entities(representations: $r) { ${fields} } }`, { r });

  it('that lead nowhere are null, and disturb no other', async () => {
    const r = [
      { __typename: 'ProductVariant', id: variantOf('KETTLE-1') },
      { __typename: 'ProductVariant', id: newId('Variant') },
      { __typename: 'ProductVariant', id: newId('Product') },
      { __typename: 'ProductVariant', id: '\0' },
      { __typename: 'Category', id: 'cat_1' },
      { __typename: 'Category', id: categoryOf('tents') },
    ];
    expect(await entities('... on ProductVariant { sku availability } ... on Category { slug }', r)).toEqual({
      data: { _entities: [{ sku: 'KETTLE-1', availability: 'FEW_LEFT' }, null, null, null, null, { slug: 'tents' }] },
    });
  });

  it('cost one statement per type, whichever key they carry and however many they are', async () => {
    const variants = lamps.flatMap((lamp) => lamp.variants);
    const r = [
      ...variants.map(({ id, sku }, n) => ({ __typename: 'ProductVariant', ...(n % 2 ? { id } : { sku }) })),
      ...lamps.map(({ id, slug }, n) => ({ __typename: 'Product', ...(n % 2 ? { id } : { slug }) })),
      ...tree.map(({ id }) => ({ __typename: 'Category', id })),
    ];
    const fields = '... on ProductVariant { sku price { amount } } ... on Product { title } ... on Category { name }';
    expect(await shop.statementsOf(() => entities(fields, r))).toHaveLength(3);
  });

  it('cost one statement more for the stock, and one for the products', async () => {
    const r = lamps.flatMap(({ variants }) => variants.map(({ id }) => ({ __typename: 'ProductVariant', id })));
    const fields = '... on ProductVariant { availability product { title category { name } } }';
    expect(await shop.statementsOf(() => entities(fields, r))).toHaveLength(4);
  });
});

describe('a menu with samples from every category', () => {
  const sample = `products(first: 5) { totalCount edges { node {
    title priceFrom { amount } category { name } variants { sku availability product { slug } } } } }`;
  const menu = `{ categories { name ${sample} children { name ${sample} children { name ${sample} } } } }`;

  it('costs a few statements for each level of the tree, not for each category or product', async () => {
    const many = Array.from({ length: 40 }, (_, n) => `many-${n}`);
    await shop.commands.importCatalogue(
      aCatalogue(
        many.map((slug) => aProduct(slug, { categoryId: categoryOf(slug) })),
        {},
        many.map((slug, n) => (n % 2 ? aCategory(slug) : below(slug, 'camping'))),
      ),
    );
    const statements = await shop.statementsOf(async () => {
      expect((await ask(guest, menu)).codes).toBeUndefined();
    });
    // Categories, pages, counts, variants, stock, categories of products, products of variants: at most once a level.
    expect(statements.length).toBeLessThanOrEqual(3 * 7);
  });
});
