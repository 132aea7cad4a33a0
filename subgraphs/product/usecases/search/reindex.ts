import type { CategoryId, ProductId } from '#contracts/ids.ts';
import type { Product } from '../../domain/catalogue/product.ts';
import { documentOf, facetLabels, type Indexed } from '../../domain/search/document.ts';
import type { Stores } from '../ports.ts';

/**
 * Makes the documents of these products anew, which the caller has locked: so a document never stems from an older product than
 * the one that was written last. A product that is not on sale has none. `paths` as of `pathsTo`;
 * `collections` are those that customers see.
 */
export const reindex = async (
  { catalogue, search }: Pick<Stores, 'catalogue' | 'search'>,
  products: readonly Product[],
  paths: ReadonlyMap<CategoryId, readonly CategoryId[]>,
  collections: ReadonlyMap<ProductId, Indexed['collections']>,
): Promise<void> => {
  const ids = products.map(({ id }) => id);
  const published = products.filter(({ status }) => status === 'PUBLISHED');
  const attributes = new Map((await catalogue.attributes()).map((attribute) => [attribute.code, attribute]));
  const names = await search.categoryNames([...new Set([...paths.values()].flat())]);
  const inStock = await search.inStock(published.map(({ id }) => id));
  const indexed = published.map(
    (product): Indexed => ({
      product,
      categories: (paths.get(product.categoryId) ?? []).map((id) => ({ id, names: names.get(id) ?? {} })),
      collections: collections.get(product.id) ?? [],
      isInStock: inStock.has(product.id),
    }),
  );
  const made = indexed.map((one) => documentOf(one, attributes));
  await search.save(ids, {
    documents: made.map(({ document }) => document),
    words: made.flatMap(({ words }) => words),
    labels: indexed.flatMap((one) => facetLabels(one, attributes)),
  });
};
