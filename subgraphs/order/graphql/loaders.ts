import type DataLoader from 'dataloader';
import type { CartId, CustomerId, OrderId } from '#contracts/ids.ts';
import { customerOf, type Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { manyByKey, oneByKey } from '#platform/graphql/loaders.ts';
import type { PricedLine } from '../domain/cart/cart.ts';
import type { OrderLine, TimelineEntry } from '../domain/order/order.ts';
import type { App } from '../usecases/app.ts';
import type { CartView, OrderPage, OrderView } from '../usecases/ports.ts';

/** For one request and its viewer: what is asked for in one go becomes one statement. Null: not there for them. */
export interface Loaders {
  readonly orders: DataLoader<OrderId, OrderView | null>;
  readonly ordersByNumber: DataLoader<string, OrderView | null>;
  readonly carts: DataLoader<CartId, CartView | null>;
  readonly cartsOf: DataLoader<CustomerId, CartView | null>;
  readonly cartLines: DataLoader<CartId, readonly PricedLine[]>;
  readonly lines: DataLoader<OrderId, readonly OrderLine[]>;
  readonly timelines: DataLoader<OrderId, readonly TimelineEntry[]>;
  /** The time by the database's clock, asked once. */
  readonly now: () => Promise<Date>;
  /** Pages with the same arguments are read together. */
  readonly ordersOf: (customer: CustomerId, page: OrderPage) => Promise<readonly OrderView[]>;
}

export const loaders = ({ reads, now }: App, viewer: Viewer): Loaders => ({
  orders: oneByKey(
    (ids) => reads.orders(viewer, ids),
    ({ id }) => id,
  ),
  ordersByNumber: oneByKey(
    (numbers) => reads.ordersByNumber(viewer, numbers),
    ({ number }) => number,
  ),
  carts: oneByKey(
    (ids) => reads.carts(viewer, ids),
    ({ id }) => id,
  ),
  cartsOf: oneByKey(
    (customers) => reads.cartsOf(viewer, customers),
    ({ customerId }) => customerId,
  ),
  cartLines: manyByKey(reads.cartLines),
  lines: manyByKey(reads.lines),
  timelines: manyByKey(reads.timelines),
  now: once(now),
  ordersOf: byPage((page) => manyByKey((customers) => reads.pageOf(viewer, customers, page))),
});

export const cartOfViewer = ({ cartsOf }: Loaders, viewer: Viewer): Promise<CartView | null> | null => {
  const customerId = customerOf(viewer);
  return customerId ? cartsOf.load(customerId) : null;
};

export type GraphqlContext = RequestContext<App, Loaders>;

const once = <T>(ask: () => Promise<T>) => {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
};

const byPage = <K, T>(loaderOf: (page: OrderPage) => DataLoader<K, T>) => {
  const loaders = new Map<string, DataLoader<K, T>>();
  return (key: K, page: OrderPage): Promise<T> => {
    const name = `${page.limit}/${page.after ?? ''}`;
    const loader = loaders.get(name) ?? loaderOf(page);
    loaders.set(name, loader);
    return loader.load(key);
  };
};
