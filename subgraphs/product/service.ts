import { ProductChanged, ProductChangedV1 } from '#contracts/messages/product.ts';
import { CommitStock, ReleaseStock, ReserveStock, ReturnStock } from '#contracts/messages/stock.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';

/** The catalogue, and its stock. */
export const service = {
  name: 'product',
  kind: 'subgraph',
  port: 4002,
  database: true,
  worker: 'inventory',
  receives: [ReserveStock, CommitStock, ReleaseStock, ReturnStock, UserGuestMerged, UserClosed],
  replays: [ProductChanged, ProductChangedV1],
  secrets: { PRODUCT_DATABASE_REPLICA_URL: 'optional', MEDIA_S3_SECRET_ACCESS_KEY: 'optional' },
  publicPaths: [
    {
      path: '/media/',
      about: "Pictures, and the addresses that staff's uploads are sent to.",
      // 20 MiB: no picture of a product is larger. MEDIA_MAX_BYTES is at most this.
      maxBodyBytes: 20_971_520,
      // 2 min: 10 MiB at 0.7 Mbit/s.
      arrivalMs: 120_000,
      // A page of a listing shows a hundred pictures, which its browser then keeps.
      rate: { perSecond: 100, burst: 500 },
    },
  ],
  folders: { MEDIA_DIR: { name: 'media', roles: 'both' } },
  entities: ['Product', 'ProductVariant', 'Category', 'Collection'],
  mutations: {
    keyRequired: ['receiveStock', 'adjustStock', 'transferStock', 'returnStock'],
    keyOptional: [
      ...['saveLocation', 'notifyWhenInStock', 'stopNotifyingWhenInStock'],
      ...['requestMediaUpload', 'attachMedia', 'reviseMedia', 'removeMedia'],
      ...['saveSynonyms', 'removeSynonyms', 'pinSearchResults'],
      ...['createProduct', 'reviseProduct', 'publishProduct', 'unpublishProduct', 'archiveProduct'],
      ...['setTranslation', 'removeTranslation', 'addVariant', 'reviseVariant', 'archiveVariant'],
      ...['setPrice', 'schedulePrice', 'cancelScheduledPrice'],
      ...['createCategory', 'reviseCategory', 'moveCategory', 'removeCategory', 'defineAttribute', 'reviseAttribute'],
      ...['createCollection', 'reviseCollection', 'removeCollection'],
    ],
  },
  seed: 'launcher/seed/catalogue.ts',
  catalogue: 'subgraphs/product/wiring.ts',
} as const satisfies SubgraphDescriptor;
