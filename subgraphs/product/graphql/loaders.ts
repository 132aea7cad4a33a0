/** What one request loads: each kind of thing in one statement, however many fields and references ask for it. */
import { createHash } from 'node:crypto';
import DataLoader from 'dataloader';
import type { CategoryId, CollectionId, ProductId, VariantId } from '#contracts/ids.ts';
import type { LocationCode } from '#contracts/messages/stock.ts';
import { may, type Viewer } from '#contracts/viewer.ts';
import { type Connection, connection, notACursor, type PageArgs, parsePage } from '#platform/graphql/connection.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { loaderBounds, manyByKey, oneByKey } from '#platform/graphql/loaders.ts';
import type { App } from '../usecases/app.ts';
import type {
  CollectionPage,
  ProductList,
  ProductListPage,
  ProductView,
  Reads,
  SlugKind,
  VariantView,
} from '../usecases/ports.ts';
import type { CompletionRequest, SearchRequest } from '../usecases/search/ports.ts';
import type { CategoryView, CollectionView } from '../usecases/taxonomy/ports.ts';

/** Products and variants have two names each; both kinds of key share a statement. */
export type ProductKey = { readonly id: ProductId } | { readonly slug: string };
export type VariantKey = { readonly id: VariantId } | { readonly sku: string };

export type CollectionKey = { readonly id: CollectionId } | { readonly slug: string };

export interface FormerSlug {
  readonly kind: SlugKind;
  readonly slug: string;
}

const keyed = { ...loaderBounds, cacheKeyFn: (key: object) => JSON.stringify(key) };

const valuesOf = <Name extends string, Value>(keys: readonly object[], name: Name): Value[] =>
  keys.flatMap((key) => (name in key ? [(key as Record<Name, Value>)[name]] : []));

/** By id or by the other name; null where there is none. */
const byEitherName = <K extends object, T extends object>(
  read: (keys: readonly K[]) => Promise<readonly T[]>,
  names: readonly (keyof T & string)[],
) =>
  new DataLoader<K, T | null, string>(async (keys) => {
    const rows = await read(keys);
    const found = new Map<string, T>(
      rows.flatMap((row) => names.map((name) => [`${name} ${row[name]}`, row] as const)),
    );
    return keys.map((key) => {
      const [name, value] = Object.entries(key)[0] ?? [];
      return found.get(`${name} ${value}`) ?? null;
    });
  }, keyed);

const taxonomyLoaders = (reads: Reads, sees: { readonly unpublished: boolean }) => ({
  categoryBySlug: oneByKey(
    (slugs: readonly string[]) => reads.categoriesNamed(slugs),
    ({ slug }) => slug,
  ),
  categoryPath: manyByKey((ids: readonly CategoryId[]) => reads.categoryPaths(ids)),
  collection: byEitherName<CollectionKey, CollectionView>(
    (keys) => reads.collections({ ids: valuesOf(keys, 'id'), slugs: valuesOf(keys, 'slug') }, sees),
    ['id', 'slug'],
  ),
  collectionsOf: manyByKey((products: readonly ProductId[]) => reads.collectionsOf(products, sees)),
  collectionPage: new DataLoader<CollectionPage, ProductView[], string>((pages) => reads.collectionPages(pages), keyed),
  collectionCount: new DataLoader<CollectionId, number>(async (ids) => {
    const counts = await reads.collectionCounts(ids);
    return ids.map((id) => counts.get(id) ?? 0);
  }, loaderBounds),
});

export const loaders = ({ reads: current, browsingReads }: App, viewer: Viewer) => {
  // Staff look at what they have just changed.
  const reads = may(viewer, 'catalogue:read') ? current : browsingReads;
  return {
    product: byEitherName<ProductKey, ProductView>(
      (keys) => reads.products(viewer, { ids: valuesOf(keys, 'id'), slugs: valuesOf(keys, 'slug') }),
      ['id', 'slug'],
    ),
    variant: byEitherName<VariantKey, VariantView>(
      (keys) => reads.variants(viewer, { ids: valuesOf(keys, 'id'), skus: valuesOf(keys, 'sku') }),
      ['id', 'sku'],
    ),
    /** The id of what had the slug before; read only where nothing has it now. */
    formerOwner: new DataLoader<FormerSlug, string | null, string>(async (slugs) => {
      const rows = await reads.formerOwners(slugs);
      return slugs.map(({ kind, slug }) => rows.find((row) => row.kind === kind && row.slug === slug)?.ownerId ?? null);
    }, keyed),
    mediaOf: manyByKey(async (products: readonly ProductId[]) =>
      Map.groupBy(await reads.mediaOf(products), ({ productId }) => productId),
    ),
    variantsOf: manyByKey(async (products: readonly ProductId[]) =>
      Map.groupBy(await reads.variantsOf(products), ({ productId }) => productId),
    ),
    archivedVariantsOf: manyByKey(async (products: readonly ProductId[]) =>
      Map.groupBy(await reads.archivedVariantsOf(products), ({ productId }) => productId),
    ),
    scheduledPrices: manyByKey(async (variants: readonly VariantId[]) =>
      Map.groupBy(await reads.scheduledPrices(variants), ({ variantId }) => variantId),
    ),
    attribute: oneByKey(
      (codes: readonly string[]) => reads.attributes(codes),
      ({ code }) => code,
    ),
    stock: oneByKey(
      (variants: readonly VariantId[]) => reads.available(variants),
      ({ variantId }) => variantId,
    ),
    /** For staff, who may just have changed them. */
    levels: manyByKey(async (variants: readonly VariantId[]) =>
      Map.groupBy(await current.levels(variants), ({ variantId }) => variantId),
    ),
    location: oneByKey(
      (_: readonly LocationCode[]) => current.locations(),
      ({ code }) => code,
    ),
    category: oneByKey(
      (ids: readonly CategoryId[]) => reads.categories(ids),
      ({ id }) => id,
    ),
    ...taxonomyLoaders(reads, { unpublished: may(viewer, 'catalogue:read') }),
    /** An object as key, because the parent of the top is null, which DataLoader takes for a mistake. */
    categoriesBelow: new DataLoader<{ readonly parent: CategoryId | null }, CategoryView[], string>(async (keys) => {
      const rows = await reads.categoriesBelow(keys.map(({ parent }) => parent));
      const byParent = Map.groupBy(rows, ({ parentId }) => parentId);
      return keys.map(({ parent }) => byParent.get(parent) ?? []);
    }, keyed),
    /** Not batched: a request has one, or each its own. */
    search: (request: SearchRequest) => reads.search(request),
    completions: (request: CompletionRequest) => reads.completions(request),
    page: new DataLoader<ProductListPage, ProductView[], string>((pages) => reads.pages(pages), keyed),
    count: new DataLoader<ProductList, number, string>((lists) => reads.counts(lists), keyed),
  };
};

export type Loaders = ReturnType<typeof loaders>;
export type GraphqlContext = RequestContext<App, Loaders>;

/** A page, and the list that it is a page of: the list is counted only when asked. */
export interface ProductPage extends Connection<ProductView> {
  readonly list: ProductList | { readonly collection: CollectionId };
}

/**
 * A page of a list. Pages of several lists in one request (a menu with samples) share one statement. Its cursors are those of
 * `asked`: a category goes by the name that the client knows.
 */
export const productPage = async (
  { page: pages }: Loaders,
  list: ProductList,
  args: PageArgs,
  asked = list,
): Promise<ProductPage> => {
  const page = byTitle(args, asked);
  const rows = await pages.load({ ...list, limit: page.limit, after: page.key });
  return { ...connection(rows, page, page.keyOf), list };
};

/** The same of the published products of a collection. */
export const collectionPage = async (
  { collectionPage: pages }: Loaders,
  collection: CollectionId,
  args: PageArgs,
): Promise<ProductPage> => {
  const page = byTitle(args, { collection });
  const rows = await pages.load({ collection, limit: page.limit, after: page.key });
  return { ...connection(rows, page, page.keyOf), list: { collection } };
};

/** A cursor goes on in its own list: in another it would begin anywhere. */
const byTitle = (args: PageArgs, list: ProductList | { readonly collection: CollectionId }) => {
  const named = createHash('sha256')
    .update(JSON.stringify(Object.entries(list).sort()))
    .digest('base64url')
    .slice(0, 8);
  const page = parsePage(args, 3);
  const [of, title = '', id = ''] = page.after ?? [];
  if (page.after && of !== named) throw notACursor();
  return {
    ...page,
    key: page.after && ([title, id] as const),
    keyOf: (product: ProductView) => [named, product.title, product.id],
  };
};
