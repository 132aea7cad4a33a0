/** Composition root: adapters → use cases → app → doors. */
import { newId } from '../../contracts/ids.ts';
import { prismaAdapter } from '../../platform/database.ts';
import { subgraphSchema } from '../../platform/graphql/subgraph-schema.ts';
import { takeIn } from '../../platform/inbox.ts';
import { outbox } from '../../platform/outbox.ts';
import type { Subgraph } from '../../platform/subgraph.ts';
import { inTransaction } from '../../platform/transaction.ts';
import { type Prisma, PrismaClient } from '../../prisma/product/client/client.ts';
import { catalogueReads } from './adapters/catalogue-reads.ts';
import { catalogueStore } from './adapters/catalogue-store.ts';
import { reservationStore } from './adapters/reservation-store.ts';
import { stockStore } from './adapters/stock-store.ts';
import type { ProductConfig } from './config.ts';
import { consumers } from './consumers/index.ts';
import type { ProductContext } from './graphql/context.ts';
import { loaders } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { type App, app } from './usecases/app.ts';
import type { Deps, Stores } from './usecases/ports.ts';

export interface AppOptions {
  readonly databaseUrl: string;
  readonly poolSize?: number;
  readonly now?: () => Date;
  /** Hears every SQL statement: tests count them. */
  readonly onStatement?: (sql: string) => void;
}

export interface RunningApp {
  readonly app: App;
  readonly ping: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** The app with its database and without its doors: for `wire`, for seeds and tests. */
export const createApp = ({ databaseUrl, poolSize = 10, now = () => new Date(), onStatement }: AppOptions): RunningApp => {
  const prisma = new PrismaClient({
    adapter: prismaAdapter(databaseUrl, poolSize),
    log: onStatement ? [{ emit: 'event', level: 'query' }] : [],
  });
  if (onStatement) prisma.$on('query', ({ query }) => onStatement(query));
  const stores = (tx: Prisma.TransactionClient): Stores => ({
    catalogue: catalogueStore(tx),
    stock: stockStore(tx, { now, newId }),
    reservations: reservationStore(tx, { now }),
    outbox: outbox(tx),
  });
  const deps: Deps = {
    transaction: (work) => inTransaction(prisma, (tx) => work(stores(tx))),
    receive: (message, work) =>
      inTransaction(prisma, async (tx) => {
        if (await takeIn(tx, message)) await work(stores(tx));
      }),
    reads: catalogueReads(prisma),
    now,
  };
  return { app: app(deps), ping: () => prisma.$queryRaw`SELECT 1`, close: () => prisma.$disconnect() };
};

export const wire = (config: ProductConfig) => (): Subgraph<ProductContext> => {
  const running = createApp({ databaseUrl: config.PRODUCT_DATABASE_URL, poolSize: config.DATABASE_POOL_SIZE });
  const { reads, commands } = running.app;
  return {
    schema: subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers),
    context: (viewer) => ({ viewer, loaders: loaders(reads, viewer) }),
    handlers: consumers(running.app),
    tasks: [
      {
        name: 'expire reservations',
        everyMs: config.RESERVATION_SWEEP_INTERVAL_MS,
        run: () => commands.expireReservations(config.RESERVATION_SWEEP_LIMIT),
      },
    ],
    ping: running.ping,
    close: running.close,
  };
};
