/** What one request loads: each kind of thing in one statement, however many fields and references ask for it. */
import DataLoader from 'dataloader';
import type { CategoryId, ProductId, VariantId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type {
  CatalogueReads,
  CategoryView,
  ProductList,
  ProductListPage,
  ProductView,
  VariantView,
} from '../usecases/ports.ts';

/** Products and variants go by two names each; both kinds of key share a statement. */
export type ProductKey = { readonly id: ProductId } | { readonly slug: string };
export type VariantKey = { readonly id: VariantId } | { readonly sku: string };

// 1000: a gateway's largest fetch is one or two statements, and none comes near PostgreSQL's 65,535 parameters.
const bounded = { maxBatchSize: 1_000 };
const keyed = { ...bounded, cacheKeyFn: (key: object) => JSON.stringify(key) };

const valuesOf = <Name extends string, Value>(keys: readonly object[], name: Name): Value[] =>
  keys.flatMap((key) => (name in key ? [(key as Record<Name, Value>)[name]] : []));

const byIdOrSlug = (reads: CatalogueReads, viewer: Viewer) => async (keys: readonly ProductKey[]) => {
  const rows = await reads.products(viewer, {
    ids: valuesOf<'id', ProductId>(keys, 'id'),
    slugs: valuesOf<'slug', string>(keys, 'slug'),
  });
  const found = new Map<string, ProductView>(rows.flatMap((row) => [[row.id, row] as const, [row.slug, row] as const]));
  return keys.map((key) => found.get('id' in key ? key.id : key.slug) ?? null);
};

const byIdOrSku = (reads: CatalogueReads, viewer: Viewer) => async (keys: readonly VariantKey[]) => {
  const rows = await reads.variants(viewer, {
    ids: valuesOf<'id', VariantId>(keys, 'id'),
    skus: valuesOf<'sku', string>(keys, 'sku'),
  });
  const found = new Map<string, VariantView>(rows.flatMap((row) => [[row.id, row] as const, [row.sku, row] as const]));
  return keys.map((key) => found.get('id' in key ? key.id : key.sku) ?? null);
};

/** Made anew for each request: what one viewer may see must not answer another. */
export const loaders = (reads: CatalogueReads, viewer: Viewer) => ({
  product: new DataLoader<ProductKey, ProductView | null, string>(byIdOrSlug(reads, viewer), keyed),
  variant: new DataLoader<VariantKey, VariantView | null, string>(byIdOrSku(reads, viewer), keyed),
  variantsOf: new DataLoader<ProductId, VariantView[]>(async (products) => {
    const byProduct = Map.groupBy(await reads.variantsOf(products), ({ productId }) => productId);
    return products.map((id) => byProduct.get(id) ?? []);
  }, bounded),
  available: new DataLoader<VariantId, number>(async (variants) => {
    const rows = await reads.available(variants);
    const byVariant = new Map(rows.map((row) => [row.variantId, row.available]));
    return variants.map((id) => byVariant.get(id) ?? 0);
  }, bounded),
  category: new DataLoader<CategoryId, CategoryView | null>(async (ids) => {
    const byId = new Map((await reads.categories(ids)).map((category) => [category.id, category]));
    return ids.map((id) => byId.get(id) ?? null);
  }, bounded),
  /** An object as key, because the parent of the top is null, which DataLoader takes for a mistake. */
  categoriesBelow: new DataLoader<{ readonly parent: CategoryId | null }, CategoryView[], string>(async (keys) => {
    const rows = await reads.categoriesBelow(keys.map(({ parent }) => parent));
    const byParent = Map.groupBy(rows, ({ parentId }) => parentId);
    return keys.map(({ parent }) => byParent.get(parent) ?? []);
  }, keyed),
  page: new DataLoader<ProductListPage, ProductView[], string>((pages) => reads.pages(pages), keyed),
  count: new DataLoader<ProductList, number, string>((lists) => reads.counts(lists), keyed),
});

export type Loaders = ReturnType<typeof loaders>;
