/** The composition root: which adapter stands behind which port. */
import { newId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { defaultShop, shopSettings } from '#platform/config/shop.ts';
import { prismaConnector } from '#platform/database/database.ts';
import { measureReplica, replicatedReads, watchReplica } from '#platform/database/replica.ts';
import type { Clock } from '#platform/database/transaction.ts';
import { unitOfWork } from '#platform/database/unit-of-work.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import type { Kit, Subgraph } from '#platform/process/subgraph.ts';
import { type Prisma, PrismaClient } from '#prisma/product/client/client.ts';
import { catalogueReads } from './adapters/catalogue/catalogue-reads.ts';
import { catalogueStore } from './adapters/catalogue/catalogue-store.ts';
import { slugStore } from './adapters/catalogue/slug-store.ts';
import { locationStore } from './adapters/inventory/location-store.ts';
import { reservationStore } from './adapters/inventory/reservation-store.ts';
import { stockReads } from './adapters/inventory/stock-reads.ts';
import { stockStore } from './adapters/inventory/stock-store.ts';
import type { ProductConfig } from './config.ts';
import { consumers } from './consumers.ts';
import { type GraphqlContext, loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { type App, app } from './usecases/app.ts';
import type { CatalogueImport, ImportReport } from './usecases/catalogue/import-catalogue.ts';
import type { Deps, Reads } from './usecases/ports.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

export const connect = prismaConnector(PrismaClient);

const stores = (shop: ShopSettings) => (tx: Prisma.TransactionClient, now: Date) => ({
  catalogue: catalogueStore(tx, shop),
  slugs: slugStore(tx),
  stock: stockStore(tx, { now, newId }),
  locations: locationStore(tx),
  reservations: reservationStore(tx, { now }),
});

const readsOf = (prisma: PrismaClient): Reads => ({ ...catalogueReads(prisma), ...stockReads(prisma) });

/** The whole app over a database, without HTTP or consumers. */
export const createApp = (
  prisma: PrismaClient,
  {
    clock,
    shop = defaultShop,
    ...more
  }: Partial<Pick<Deps, 'browsingReads' | 'shop'>> & { readonly clock?: Clock } = {},
): App =>
  app({
    ...more,
    ...{ shop, newId },
    ...unitOfWork(prisma, stores(shop), { clock }),
    reads: readsOf(prisma),
  });

/** For `npm run seed`: imports what is new or changed, and reports how much that was. */
export const seed = async (databaseUrl: string, catalogue: CatalogueImport): Promise<ImportReport> => {
  const prisma = connect(databaseUrl, 1);
  try {
    return await createApp(prisma).commands.importCatalogue(catalogue);
  } finally {
    await prisma.$disconnect();
  }
};

// 1 s: a page of the catalogue takes milliseconds, and the primary answers as well.
const replicaTimeoutMs = 1_000;

// 1 s: what follows from a moved category or a changed collection may be that late; an idle look costs one statement.
const refreshIntervalMs = 1_000;

/** The replica, where there is one: watched, and read from. */
const openReplica = ({ config, prisma: primary, log, metrics }: Kit<ProductConfig, PrismaClient>) => {
  const { PRODUCT_DATABASE_REPLICA_URL: url, DATABASE_PREPARED_STATEMENTS: preparedStatements } = config;
  if (!url) return undefined;
  const prisma = connect(url, config.DATABASE_POOL_SIZE, { preparedStatements, answerTimeoutMs: replicaTimeoutMs });
  const replica = watchReplica({ primary, replica: prisma, log, metrics });
  return {
    browsingReads: replicatedReads(readsOf(primary), readsOf(prisma), replica),
    hasMessages: replica.hasMessages,
    isUsable: replica.isUsable,
    close: async () => {
      await replica.close();
      await prisma.$disconnect();
    },
  };
};

export const wire = (kit: Kit<ProductConfig, PrismaClient>): Subgraph<GraphqlContext> => {
  const { config, prisma, metrics } = kit;
  const replica = openReplica(kit);
  measureReplica(metrics, () => replica?.isUsable());
  const productApp = createApp(prisma, { ...replica, shop: shopSettings(config) });
  return {
    schema: schema(),
    context: requestContext(productApp, loaders),
    handlers: consumers(productApp),
    tasks: [
      {
        name: 'expire reservations',
        everyMs: config.RESERVATION_SWEEP_INTERVAL_MS,
        run: () => productApp.commands.expireReservations(config.RESERVATION_SWEEP_LIMIT),
      },
      { name: 'refresh products', everyMs: refreshIntervalMs, run: productApp.commands.refreshProducts },
    ],
    publishesChangesOf: { product: 'Product' },
    // A client that is notified of a change must then read it.
    ...(replica && { beforePublishingChanges: replica.hasMessages, close: replica.close }),
  };
};
