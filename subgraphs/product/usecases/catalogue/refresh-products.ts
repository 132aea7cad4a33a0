/** What follows from a product for everything that is derived from it: in the same transaction, or soon after. */
import { isDeepStrictEqual } from 'node:util';
import type { ProductId } from '#contracts/ids.ts';
import { collectionsOf, type StoredCollection } from '../../domain/catalogue/collection.ts';
import type { Product } from '../../domain/catalogue/product.ts';
import { productChanged, type Standing, sellableState } from '../../domain/catalogue/product-changes.ts';
import { namesOf } from '../../domain/catalogue/texts.ts';
import type { Deps, Stores } from '../ports.ts';
import { reindex } from '../search/reindex.ts';

// 100 products a transaction: short locks on a shop that is open.
const batchSize = 100;
// 50 batches a round, so that a process that is to stop need not wait for a department to be moved.
const mostBatches = 50;

/**
 * Brings up to date what is derived from these products, which the caller has locked: everybody who writes a product calls it
 * in the same transaction. Others are told of each write, also of one that only the catalogue's own pages show: caches go by that. Of
 * what was not written they are told only if they do not know it yet.
 */
export const refreshDerived = async (
  {
    catalogue,
    taxonomy,
    search,
    availability,
    outbox,
  }: Pick<Stores, 'catalogue' | 'taxonomy' | 'search' | 'availability' | 'outbox'>,
  products: readonly Product[],
  { isWritten = true } = {},
): Promise<void> => {
  if (products.length === 0) return;
  const paths = await catalogue.pathsTo(products.map(({ categoryId }) => categoryId));
  const announced = isWritten ? new Map() : await catalogue.lastAnnounced(products.map(({ id }) => id));
  const collections = await taxonomy.collections();
  const standings = new Map(
    products.map((product) => {
      const categoryIds = paths.get(product.categoryId) ?? [];
      return [product.id, { categoryIds, collectionIds: collectionsOf({ product, categoryIds }, collections) }];
    }),
  );
  // One that was removed took its products along.
  if (collections.length > 0) await taxonomy.saveMembership(products, standings);
  const standingOf = ({ id }: Product): Standing => standings.get(id) ?? { categoryIds: [], collectionIds: [] };
  const states = products.map((product) => sellableState(product, standingOf(product)));
  const news = states.filter((state) => !isDeepStrictEqual(state, announced.get(state.productId)));
  await outbox.add(...news.map(productChanged));
  const shown = collections.filter(({ isPublished }) => isPublished);
  const facets = products.map((product) => {
    const { collectionIds } = standingOf(product);
    return [product.id, shown.filter(({ id }) => collectionIds.includes(id)).map(namedCollection)] as const;
  });
  await reindex({ catalogue, search }, products, paths, new Map(facets));
  // Published, counted in another way, or low at another number: who waits for it may be told.
  await availability.lookAgainAtDifferences(products.map(({ id }) => id));
};

const namedCollection = ({ id, texts }: StoredCollection) => ({ id, names: namesOf(texts) });

/**
 * The same for products around which something changed (their category moved): a batch a transaction, until none is left.
 * Safe in many copies at once.
 */
export const refreshProducts =
  ({ transaction }: Pick<Deps, 'transaction'>) =>
  async (): Promise<void> => {
    for (let batches = 0; batches < mostBatches && (await transaction(refreshBatch)); batches++);
  };

const refreshBatch = async (stores: Stores): Promise<boolean> => {
  const ids: readonly ProductId[] = await stores.catalogue.toRefresh.take(batchSize);
  if (ids.length === 0) return false;
  const products = await stores.catalogue.lockProducts(ids);
  await refreshDerived(stores, [...products.values()], { isWritten: false });
  return true;
};
