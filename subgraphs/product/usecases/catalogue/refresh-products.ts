/** What follows from a product for everything that is derived from it: in the same transaction, or soon after. */
import { isDeepStrictEqual } from 'node:util';
import type { ProductId } from '#contracts/ids.ts';
import type { Product } from '../../domain/catalogue/product.ts';
import { productChanged, sellableState } from '../../domain/catalogue/product-changes.ts';
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
  { catalogue, search, availability, outbox }: Pick<Stores, 'catalogue' | 'search' | 'availability' | 'outbox'>,
  products: readonly Product[],
  { isWritten = true } = {},
): Promise<void> => {
  if (products.length === 0) return;
  const paths = await catalogue.pathsTo(products.map(({ categoryId }) => categoryId));
  const announced = isWritten ? new Map() : await catalogue.lastAnnounced(products.map(({ id }) => id));
  const states = products.map((product) =>
    sellableState(product, { categoryIds: paths.get(product.categoryId) ?? [], collectionIds: [] }),
  );
  const news = states.filter((state) => !isDeepStrictEqual(state, announced.get(state.productId)));
  await outbox.add(...news.map(productChanged));
  await reindex({ catalogue, search }, products, paths);
  // Published, counted in another way, or low at another number: who waits for it may be told.
  await availability.lookAgainAtDifferences(products.map(({ id }) => id));
};

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
