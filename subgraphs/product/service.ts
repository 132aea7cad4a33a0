import { CommitStock, ReleaseStock, ReserveStock, ReturnStock } from '#contracts/messages/stock.ts';
import type { SubgraphDescriptor } from '#platform/service/descriptor.ts';

/** The catalogue, and its stock. */
export const service = {
  name: 'product',
  kind: 'subgraph',
  port: 4002,
  database: true,
  worker: 'inventory',
  receives: [ReserveStock, CommitStock, ReleaseStock, ReturnStock],
  secrets: { PRODUCT_DATABASE_REPLICA_URL: 'optional' },
  entities: ['Product', 'ProductVariant', 'Category'],
  mutations: {
    keyRequired: ['receiveStock', 'adjustStock', 'transferStock', 'returnStock'],
    keyOptional: ['saveLocation'],
  },
  seed: 'launcher/seed/catalogue.ts',
} as const satisfies SubgraphDescriptor;
