/** The composition root: which adapter stands behind which port. */
import { randomBytes } from 'node:crypto';
import { newId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { mergedGuests } from '#platform/auth/merged-guests.ts';
import { defaultShop, shopSettings } from '#platform/config/shop.ts';
import { prismaConnector } from '#platform/database/database.ts';
import { type UnitOfWorkOptions, unitOfWork } from '#platform/database/unit-of-work.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import type { Kit, Subgraph } from '#platform/process/subgraph.ts';
import { type Prisma, PrismaClient } from '#prisma/order/client/client.ts';
import { cartReads } from './adapters/cart/cart-reads.ts';
import { cartStore } from './adapters/cart/cart-store.ts';
import { catalogueStore, measureCatalogue } from './adapters/cart/catalogue-store.ts';
import { measureCheckouts, telemetry } from './adapters/checkout/telemetry.ts';
import { closedAccountStore } from './adapters/order/closed-account-store.ts';
import { orderWatch, publishOrderChanges } from './adapters/order/order-changes.ts';
import { orderReads } from './adapters/order/order-reads.ts';
import { orderStore } from './adapters/order/order-store.ts';
import { pricingReads } from './adapters/pricing/pricing-reads.ts';
import { pricingRuleStore } from './adapters/pricing/pricing-rule-store.ts';
import { pricingStore } from './adapters/pricing/pricing-store.ts';
import { type OrderConfig, returnOriginsOf, timingsOf } from './config.ts';
import { catalogueConsumers, consumers } from './consumers.ts';
import { orderNumber, orderNumberBytes } from './domain/order/order-number.ts';
import { couponCode, couponCodeBytes } from './domain/pricing/promotion.ts';
import { type GraphqlContext, loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { app } from './usecases/app.ts';
import { upsertProductReplica } from './usecases/cart/upsert-product-replica.ts';
import type { Deps } from './usecases/ports.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

export const connect = prismaConnector(PrismaClient);

const stores = (shop: ShopSettings) => (tx: Prisma.TransactionClient) => ({
  guests: mergedGuests(tx),
  carts: cartStore(tx, shop),
  catalogue: catalogueStore(tx, shop),
  orders: orderStore(tx),
  closedAccounts: closedAccountStore(tx),
  pricing: pricingStore(tx, shop),
  pricingRules: pricingRuleStore(tx),
});

type Settings = Pick<
  Deps,
  | 'watch'
  | 'telemetry'
  | 'timings'
  | 'openOrders'
  | 'openGuestOrders'
  | 'returnOrigins'
  | 'sweepBatch'
  | 'guestCartRetentionMs'
  | 'cartRetentionMs'
  | 'closedAccountRetentionMs'
>;

/** The whole app over a database, without HTTP or consumers. */
export const createApp = (
  prisma: PrismaClient,
  {
    clock,
    limitConcurrency,
    shop = defaultShop,
    ...parts
  }: Settings & Partial<Pick<Deps, 'newOrderNumber'>> & UnitOfWorkOptions & { readonly shop?: ShopSettings },
) =>
  app({
    ...unitOfWork(prisma, stores(shop), { clock, ...(limitConcurrency && { limitConcurrency }) }),
    reads: { ...orderReads(prisma), ...cartReads(prisma, shop) },
    pricingReads: pricingReads(prisma, shop, clock),
    newId,
    newOrderNumber: () => orderNumber(randomBytes(orderNumberBytes)),
    pricesIncludeTax: shop.pricesIncludeTax,
    newCouponCode: () => couponCode(randomBytes(couponCodeBytes)),
    ...parts,
  });

// 4 connections: products one after the other leave a core idle, and a shop that is open needs the other.
const rebuildConnections = 4;

/**
 * For `npm run rebuild`: what takes messages into a read model, over a database that may be a copy of its tables. What the shop's
 * settings are matters only to those who read it.
 */
export const readModels = (databaseUrl: string) => {
  const prisma = connect(databaseUrl, rebuildConnections);
  const { receive } = unitOfWork(prisma, (tx) => ({ catalogue: catalogueStore(tx, defaultShop) }));
  return {
    handlers: { catalogue: catalogueConsumers({ upsertProductReplica: upsertProductReplica({ receive }) }) },
    concurrency: rebuildConnections,
    close: () => prisma.$disconnect(),
  };
};

const days = (count: number): number => count * 24 * 60 * 60 * 1_000;

export const wire = ({
  config,
  prisma,
  directUrl,
  log,
  metrics,
}: Kit<OrderConfig, PrismaClient>): Subgraph<GraphqlContext> => {
  // Of the database and not of a process: measured by the processes that work on it.
  if (config.ROLE !== 'api') {
    measureCheckouts(metrics, prisma);
    measureCatalogue(metrics, prisma);
  }
  const watch = orderWatch(directUrl, log);
  const orderApp = createApp(prisma, {
    shop: shopSettings(config),
    watch,
    telemetry: telemetry(log, metrics),
    timings: timingsOf(config),
    openOrders: { orders: config.OPEN_ORDERS_PER_CUSTOMER, units: config.OPEN_UNITS_PER_CUSTOMER },
    openGuestOrders: { orders: config.OPEN_GUEST_ORDERS_PER_ADDRESS, units: config.OPEN_GUEST_UNITS_PER_ADDRESS },
    returnOrigins: returnOriginsOf(config),
    sweepBatch: config.SWEEP_BATCH,
    guestCartRetentionMs: days(config.GUEST_CART_RETENTION_DAYS),
    cartRetentionMs: days(config.CART_RETENTION_DAYS),
    closedAccountRetentionMs: days(config.CLOSED_ACCOUNT_RETENTION_DAYS),
  });
  return {
    schema: schema(),
    context: requestContext(orderApp, loaders),
    handlers: consumers(orderApp),
    tasks: [
      { name: 'sweep deadlines', everyMs: config.SWEEP_INTERVAL_MS, run: orderApp.commands.sweepDeadlines },
      // 10 s: a token is about as old as its checkout when it goes.
      { name: 'erase payment tokens', everyMs: 10_000, run: orderApp.commands.erasePaymentTokens },
      // A minute: 1,000 carts in each round keep up with more than a million new guests a day.
      { name: 'remove idle carts', everyMs: 60_000, run: orderApp.commands.removeIdleCarts },
      { name: 'erase closed accounts', everyMs: 60_000, run: orderApp.commands.eraseClosedAccounts },
    ],
    publishChanges: (changes) => publishOrderChanges(directUrl, changes, log),
    close: watch.close,
  };
};
