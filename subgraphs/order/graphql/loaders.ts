import DataLoader from 'dataloader';
import type { CartId, OrderId, UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { PricedLine } from '../domain/cart/cart.ts';
import type { OrderLine, TimelineEntry } from '../domain/order/order.ts';
import type { App } from '../usecases/app.ts';
import type { CartView, OrderPage, OrderView } from '../usecases/ports.ts';

/** For one request and its viewer: what is asked for in one go becomes one statement. Null: not there for them. */
export interface Loaders {
  readonly orders: DataLoader<OrderId, OrderView | null>;
  readonly ordersByNumber: DataLoader<string, OrderView | null>;
  readonly carts: DataLoader<CartId, CartView | null>;
  readonly cartsOf: DataLoader<UserId, CartView | null>;
  readonly cartLines: DataLoader<CartId, readonly PricedLine[]>;
  readonly lines: DataLoader<OrderId, readonly OrderLine[]>;
  readonly timelines: DataLoader<OrderId, readonly TimelineEntry[]>;
  /** The time by the database's clock, asked once. */
  readonly now: () => Promise<Date>;
  /** Pages with the same arguments are read together. */
  readonly ordersOf: (customer: UserId, page: OrderPage) => Promise<readonly OrderView[]>;
}

export const loaders = ({ reads, now }: App, viewer: Viewer): Loaders => ({
  orders: new DataLoader(async (ids) => inTurn(ids, await reads.orders(viewer, ids), ({ id }) => id)),
  ordersByNumber: new DataLoader(async (numbers) =>
    inTurn(numbers, await reads.ordersByNumber(viewer, numbers), ({ number }) => number),
  ),
  carts: new DataLoader(async (ids) => inTurn(ids, await reads.carts(viewer, ids), ({ id }) => id)),
  cartsOf: new DataLoader(async (customers) =>
    inTurn(customers, await reads.cartsOf(viewer, customers), ({ customerId }) => customerId),
  ),
  cartLines: new DataLoader(async (ids) => manyInTurn(ids, await reads.cartLines(ids))),
  lines: new DataLoader(async (ids) => manyInTurn(ids, await reads.lines(ids))),
  timelines: new DataLoader(async (ids) => manyInTurn(ids, await reads.timelines(ids))),
  now: once(now),
  ordersOf: pagedLoader(async (customers, page) => manyInTurn(customers, await reads.pageOf(viewer, customers, page))),
});

/** What was found, in the order in which it was asked for. */
const inTurn = <K, T>(keys: readonly K[], found: readonly T[], keyOf: (it: T) => K | null): (T | null)[] => {
  const byKey = new Map(found.map((it) => [keyOf(it), it]));
  return keys.map((key) => byKey.get(key) ?? null);
};

const manyInTurn = <K, T>(keys: readonly K[], found: ReadonlyMap<K, readonly T[]>): (readonly T[])[] =>
  keys.map((key) => found.get(key) ?? []);

const once = <T>(ask: () => Promise<T>) => {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
};

const pagedLoader = <K, T>(read: (keys: readonly K[], page: OrderPage) => Promise<(readonly T[])[]>) => {
  const byPage = new Map<string, DataLoader<K, readonly T[]>>();
  return (key: K, page: OrderPage): Promise<readonly T[]> => {
    const name = `${page.limit}/${page.after ?? ''}`;
    const loader = byPage.get(name) ?? new DataLoader<K, readonly T[]>((keys) => read(keys, page));
    byPage.set(name, loader);
    return loader.load(key);
  };
};
