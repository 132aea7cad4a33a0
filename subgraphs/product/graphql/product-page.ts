import { type Connection, connection, type PageArgs, parsePage } from '#platform/graphql/connection.ts';
import type { ProductList, ProductView } from '../usecases/ports.ts';
import type { Loaders } from './loaders.ts';

/** A page, and the list that it is a page of: the list is counted only when asked. */
export interface ProductPage extends Connection<ProductView> {
  readonly list: ProductList;
}

/** A page of a list. Pages of several lists in one request (a menu with samples) share one statement. */
export const productPage = async (
  { page: pages }: Loaders,
  list: ProductList,
  args: PageArgs,
): Promise<ProductPage> => {
  const page = parsePage(args, 2);
  const [title, id] = page.after ?? [];
  const after = title !== undefined && id !== undefined ? ([title, id] as const) : undefined;
  const rows = await pages.load({ ...list, limit: page.limit, after });
  return { ...connection(rows, page, (product) => [product.title, product.id]), list };
};
