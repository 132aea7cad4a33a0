/** A larger page costs no further statement. Its fetches are those of its document, which is the same (plan-budgets.json). */
import { beforeAll, describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { asking } from '#kit/graphql/ask.ts';
import { aCatalogue, aProduct, aVariant } from '#kit/product/builders.ts';
import { tree } from '#kit/product/graph.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

let shop: Shop;
beforeAll(async () => {
  const shelves = ['tents', 'lighting', 'kitchen'];
  const products = Array.from({ length: 120 }, (_, n) =>
    aProduct(`thing-${n}`, {
      categoryId: namedId('Category', shelves[n % shelves.length] ?? ''),
      attributes: { weight: n },
      variants: ['A', 'B', 'C'].map((name) => aVariant(`THING-${n}-${name}`)),
      options: [],
    }),
  );
  const weight = {
    ...{
      id: namedId('Attribute', 'weight'),
      code: 'weight',
      name: { en: 'Weight' },
      kind: 'NUMBER' as const,
      unit: 'g',
    },
    ...{ choices: [], isFilterable: true, position: 0 },
  };
  const stock = Object.fromEntries(products.flatMap(({ variants }) => variants.map(({ sku }) => [sku, 3])));
  shop = await aShop(aCatalogue(products, stock, tree, [weight]));
});

const everything = `
  id slug title description brand attributes { name value } priceFrom { amount }
  category { name parent { name parent { name } } }
  variants { sku title options { name value } price { amount } prices { amount currency } availability }`;
const lists = {
  'a listing': `query ($first: Int) { list: products(first: $first) { totalCount edges { node { ${everything} } } } }`,
  'a search': `query ($first: Int) { list: search(query: "thing", first: $first) {
     totalCount facets { code values { label count } } edges { node { ${everything} } } } }`,
};

describe.each(Object.entries(lists))('%s with variants, prices, category path and stock', (_, document) => {
  it('sends as many statements for 100 products as for 10', async () => {
    const ask = asking(schema(), requestContext(shop.app, loaders));
    const sent: number[] = [];
    for (const first of [10, 50, 100]) {
      let found: unknown;
      const statements = await shop.statementsOf(async () => {
        const { data, codes } = await ask(guest, document, { first });
        found = { codes, products: data.list.edges.length, stock: data.list.edges[0].node.variants[0].availability };
      });
      expect(found).toEqual({ codes: undefined, products: first, stock: 'FEW_LEFT' });
      sent.push(statements.length);
    }
    expect(new Set(sent).size).toBe(1);
    // The list, its count, variants, stock, attributes, and a statement for each level of categories; a search has five at most.
    expect(sent[0]).toBeLessThanOrEqual(12);
  });
});
