import DataLoader from 'dataloader';
import type { CartId, CustomerId, OrderId, PromotionId } from '#contracts/ids.ts';
import { customerOf, type Viewer } from '#contracts/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { loaderBounds, manyByKey, oneByKey } from '#platform/graphql/loaders.ts';
import type { PricedLine } from '../domain/cart/cart.ts';
import type { TimelineEntry } from '../domain/order/order.ts';
import type { Pricing } from '../domain/pricing/pricing.ts';
import type { PricingSnapshot } from '../domain/pricing/snapshot.ts';
import type { App } from '../usecases/app.ts';
import type { CartView, OrderLineView, OrderPage, OrderView } from '../usecases/ports.ts';
import type { CartWithLines } from '../usecases/pricing/price-carts.ts';

/** For one request and its viewer: what is asked for in one go becomes one statement. Null: not there for them. */
export interface Loaders {
  readonly orders: DataLoader<OrderId, OrderView | null>;
  readonly ordersByNumber: DataLoader<string, OrderView | null>;
  readonly carts: DataLoader<CartId, CartView | null>;
  readonly cartsOf: DataLoader<CustomerId, CartView | null>;
  readonly cartLines: DataLoader<CartId, readonly PricedLine[]>;
  /** What carts come to: they are priced together. */
  readonly cartPricings: DataLoader<CartWithLines, Pricing, CartId>;
  readonly couponCodes: DataLoader<PromotionId, readonly string[]>;
  readonly lines: DataLoader<OrderId, readonly OrderLineView[]>;
  readonly pricings: DataLoader<OrderId, PricingSnapshot | null>;
  readonly timelines: DataLoader<OrderId, readonly TimelineEntry[]>;
  /** The time by the database's clock, asked once. */
  readonly now: () => Promise<Date>;
  /** Pages with the same arguments are read together. */
  readonly ordersOf: (customer: CustomerId, page: OrderPage) => Promise<readonly OrderView[]>;
}

export const loaders = ({ reads, pricingReads, priceCarts, now }: App, viewer: Viewer): Loaders => ({
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
  cartPricings: new DataLoader(priceCarts, { ...loaderBounds, cacheKeyFn: ({ cart }) => cart.id }),
  couponCodes: manyByKey(pricingReads.codes),
  lines: manyByKey(reads.lines),
  pricings: new DataLoader(async (ids) => {
    const known = await reads.pricings(ids);
    return ids.map((id) => known.get(id) ?? null);
  }, loaderBounds),
  timelines: manyByKey(reads.timelines),
  now: once(now),
  ordersOf: byPage((page) => manyByKey((customers) => reads.pageOf(viewer, customers, page))),
});

export const cartOfViewer = ({ cartsOf }: Loaders, viewer: Viewer): Promise<CartView | null> | null => {
  const customerId = customerOf(viewer);
  return customerId ? cartsOf.load(customerId) : null;
};

/** What the cart comes to now. */
export const pricingOf = async ({ cartLines, cartPricings }: Loaders, cart: CartView): Promise<Pricing> =>
  cartPricings.load({ cart, lines: await cartLines.load(cart.id) });

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
