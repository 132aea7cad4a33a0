/** The composition root: which adapter stands behind which port. */
import { randomBytes } from 'node:crypto';
import { newId } from '#contracts/ids.ts';
import type { ShopSettings } from '#contracts/shop.ts';
import { mergedGuests } from '#platform/auth/merged-guests.ts';
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
import { scheduleReads, scheduleStore } from './adapters/catalogue/schedule-store.ts';
import { slugStore } from './adapters/catalogue/slug-store.ts';
import { catalogueFiles } from './adapters/import/catalogue-files.ts';
import { importStore } from './adapters/import/import-store.ts';
import { availabilityReads } from './adapters/inventory/availability-reads.ts';
import { availabilityStore } from './adapters/inventory/availability-store.ts';
import { locationStore } from './adapters/inventory/location-store.ts';
import { reservationStore } from './adapters/inventory/reservation-store.ts';
import { stockAlertStore } from './adapters/inventory/stock-alert-store.ts';
import { stockReads } from './adapters/inventory/stock-reads.ts';
import { stockStore } from './adapters/inventory/stock-store.ts';
import { folderStore } from './adapters/media/folder-store.ts';
import { readImage } from './adapters/media/image-header.ts';
import { fileRecords, mediaReads, mediaStore, uploadStore } from './adapters/media/media-store.ts';
import { s3Store } from './adapters/media/s3-store.ts';
import { searchReads } from './adapters/search/search-reads.ts';
import { searchRuleReads, searchRuleStore } from './adapters/search/search-rules.ts';
import { searchStore } from './adapters/search/search-store.ts';
import { taxonomyReads } from './adapters/taxonomy/taxonomy-reads.ts';
import { taxonomyStore } from './adapters/taxonomy/taxonomy-store.ts';
import type { ProductConfig } from './config.ts';
import { consumers } from './consumers.ts';
import { type GraphqlContext, loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { media } from './http/media.ts';
import { service } from './service.ts';
import { type App, app } from './usecases/app.ts';
import type { CatalogueImport, ImportReport } from './usecases/catalogue/import-catalogue.ts';
import type { MediaTools } from './usecases/media/ports.ts';
import type { Deps, Reads } from './usecases/ports.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

export const connect = prismaConnector(PrismaClient);

const stores = (shop: ShopSettings) => (tx: Prisma.TransactionClient, now: Date) => ({
  catalogue: catalogueStore(tx, shop),
  slugs: slugStore(tx),
  taxonomy: taxonomyStore(tx, shop),
  search: searchStore(tx),
  schedule: scheduleStore(tx, { now }),
  stock: stockStore(tx, { now, newId, lowStockThreshold: shop.lowStockThreshold }),
  imports: importStore(tx),
  searchRules: searchRuleStore(tx),
  locations: locationStore(tx),
  reservations: reservationStore(tx, { now }),
  availability: availabilityStore(tx, { now, lowStockThreshold: shop.lowStockThreshold }),
  alerts: stockAlertStore(tx, now),
  guests: mergedGuests(tx),
  media: mediaStore(tx, { now }),
  uploads: uploadStore(tx, { now }),
  files: fileRecords(tx, { now }),
});

const readsOf = (prisma: PrismaClient): Reads => ({
  ...catalogueReads(prisma),
  ...scheduleReads(prisma),
  ...taxonomyReads(prisma),
  ...stockReads(prisma),
  ...availabilityReads(prisma),
  ...mediaReads(prisma),
  ...searchReads(prisma),
  ...searchRuleReads(prisma),
});

type MediaPlace = Pick<MediaTools, 'files' | 'maxUploadBytes' | 'baseUrl'>;

// 10 MiB: the default of MEDIA_MAX_BYTES.
const noPlace: MediaPlace = { files: undefined, maxUploadBytes: 10_485_760, baseUrl: undefined };

/** The whole app over a database, without HTTP or consumers. */
export const createApp = (
  prisma: PrismaClient,
  {
    clock,
    shop = defaultShop,
    media = noPlace,
    ...more
  }: Partial<Pick<Deps, 'browsingReads' | 'shop'>> & { readonly media?: MediaPlace; readonly clock?: Clock } = {},
): App =>
  app({
    ...more,
    ...{ shop, newId, media: { ...media, readImage, newSecret: randomBytes } },
    ...unitOfWork(prisma, stores(shop), { clock }),
    reads: readsOf(prisma),
  });

/** For `npm run seed`: imports what is new or changed, and reports how much that was. */
export const seed = async (
  databaseUrl: string,
  catalogue: CatalogueImport,
  shop: ShopSettings = defaultShop,
): Promise<ImportReport> => {
  const prisma = connect(databaseUrl, 1);
  try {
    const { commands } = createApp(prisma, { shop });
    const report = await commands.importCatalogue(catalogue);
    // Misspellings and suggestions are found from the first minute on.
    await commands.countWords();
    return report;
  } finally {
    await prisma.$disconnect();
  }
};

/** For `npm run import-catalogue` and `npm run export-catalogue`. */
export const catalogue = (databaseUrl: string, shop: ShopSettings) => {
  const prisma = connect(databaseUrl, 1);
  return {
    ...catalogueFiles(prisma, createApp(prisma, { shop }).commands, shop),
    close: () => prisma.$disconnect(),
  };
};

// 1 s: a page of the catalogue takes milliseconds, and the primary answers as well.
const replicaTimeoutMs = 1_000;

// 1 s: somebody who waits for a variant, and staff who order it, can wait that much longer. An idle look costs a few statements.
const watchIntervalMs = 1_000;
// 10 min: what no change of stock announces, such as another threshold of the shop, is found that late: a read of all variants.
const findIntervalMs = 10 * 60 * 1_000;
const forgetIntervalMs = 60 * 60 * 1_000;

// 1 s: what follows from a moved category or a changed collection may be that late; an idle look costs one statement.
const refreshIntervalMs = 1_000;

// 1 s: a new word is found at once; this is how late it is known to prefixes and misspellings.
const wordsIntervalMs = 1_000;
// 1 h: what sells best changes over days, and the look at all sales and documents takes a second in a large shop.
const ranksIntervalMs = 3_600_000;
// 5 s: a full round of `refreshProducts` takes about that long; otherwise one look at an index.
const anewIntervalMs = 5_000;
// 1 s: a sale that begins at midnight has begun by then; an idle look costs one statement on two small indexes.
const scheduleIntervalMs = 1_000;

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

/** A bucket, else a folder, else none. */
const openFiles = (config: ProductConfig) => {
  const { MEDIA_DIR: folder, MEDIA_S3_ENDPOINT: endpoint = '', MEDIA_S3_BUCKET: bucket } = config;
  if (!bucket) return { files: folder ? folderStore(folder) : undefined, close: async () => {} };
  const files = s3Store({
    ...{ endpoint, bucket, region: config.MEDIA_S3_REGION },
    // With a bucket they are there (config.ts).
    accessKeyId: config.MEDIA_S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: config.MEDIA_S3_SECRET_ACCESS_KEY ?? '',
  });
  return { files, close: files.close };
};

// 200 a round: a thousand removed in one go are gone in five minutes, and each is one call of the file store.
const filesSweptAtOnce = 200;

export const wire = (kit: Kit<ProductConfig, PrismaClient>): Subgraph<GraphqlContext> => {
  const { config, prisma, metrics } = kit;
  const replica = openReplica(kit);
  measureReplica(metrics, () => replica?.isUsable());
  const { files, close: closeFiles } = openFiles(config);
  const place = { files, maxUploadBytes: config.MEDIA_MAX_BYTES, baseUrl: config.MEDIA_BASE_URL };
  const productApp = createApp(prisma, { ...replica, shop: shopSettings(config), media: place });
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
      { name: 'apply the schedule', everyMs: scheduleIntervalMs, run: productApp.commands.applySchedule },
      { name: 'refresh products', everyMs: refreshIntervalMs, run: productApp.commands.refreshProducts },
      { name: 'watch availability', everyMs: watchIntervalMs, run: productApp.commands.watchAvailability },
      {
        name: 'find changes of availability',
        everyMs: findIntervalMs,
        run: productApp.commands.findAvailabilityChanges,
      },
      { name: 'forget old stock alerts', everyMs: forgetIntervalMs, run: productApp.commands.forgetOldAlerts },
      { name: 'forget unfinished imports', everyMs: forgetIntervalMs, run: productApp.commands.forgetImports },
      {
        name: 'sweep files',
        everyMs: config.MEDIA_SWEEP_INTERVAL_MS,
        run: () => productApp.commands.sweepFiles(filesSweptAtOnce),
      },
      { name: 'count search words', everyMs: wordsIntervalMs, run: productApp.commands.countWords },
      { name: 'rank search documents', everyMs: ranksIntervalMs, run: productApp.commands.rankDocuments },
      { name: 'index anew', everyMs: anewIntervalMs, run: productApp.commands.indexAnew },
    ],
    routes: media(productApp),
    publishesChangesOf: { product: 'Product', category: 'Category', collection: 'Collection', attribute: 'Attribute' },
    replays: service.replays,
    // A client that is notified of a change must then read it.
    ...(replica && { beforePublishingChanges: replica.hasMessages }),
    close: async () => {
      await replica?.close();
      await closeFiles();
    },
  };
};
