/** The composition root: which adapter stands behind which port. */
import { randomBytes } from 'node:crypto';
import { newId } from '#contracts/ids.ts';
import { type PoolOptions, prismaAdapter } from '#platform/database/database.ts';
import { timedTransactions } from '#platform/database/timed-transactions.ts';
import type { Clock } from '#platform/database/transaction.ts';
import { subgraphSchema } from '#platform/graphql/subgraph-schema.ts';
import { idempotency } from '#platform/messaging/idempotency.ts';
import { outbox } from '#platform/messaging/outbox.ts';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { Subgraph } from '#platform/process/subgraph.ts';
import { type InTurn, turns } from '#platform/resilience/turns.ts';
import { type Prisma, PrismaClient } from '#prisma/order/client/client.ts';
import { cartReads } from './adapters/cart-reads.ts';
import { cartStore } from './adapters/cart-store.ts';
import { catalogueStore } from './adapters/catalogue-store.ts';
import { measureCheckouts } from './adapters/checkout-gauges.ts';
import { announceOrders } from './adapters/order-announcer.ts';
import { orderReads } from './adapters/order-reads.ts';
import { orderStore } from './adapters/order-store.ts';
import { orderWatch } from './adapters/order-watch.ts';
import { signals } from './adapters/signals.ts';
import { directUrl, type OrderConfig, timingsOf } from './config.ts';
import { consumers } from './consumers/index.ts';
import { orderNumber, orderNumberBytes } from './domain/order-number.ts';
import { context, type GraphqlContext } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { app } from './usecases/app.ts';
import type { Deps, Stores } from './usecases/ports.ts';

export const schema = () => subgraphSchema(new URL('./schema.graphql', import.meta.url), resolvers);

const stores = (tx: Prisma.TransactionClient, now: Date): Stores => ({
  carts: cartStore(tx),
  catalogue: catalogueStore(tx),
  orders: orderStore(tx),
  outbox: outbox(tx),
  idempotency: idempotency(tx),
  now,
});

/** The ports that the database stands behind. */
const persistence = (
  prisma: PrismaClient,
  world: { readonly inTurn: InTurn; readonly clock: Clock | undefined },
): Pick<Deps, 'transaction' | 'receive' | 'reads' | 'now'> => ({
  ...timedTransactions(prisma, stores, world),
  reads: { ...orderReads(prisma), ...cartReads(prisma) },
});

export const connect = (url: string, poolSize: number, options?: PoolOptions): PrismaClient =>
  new PrismaClient({ adapter: prismaAdapter(url, poolSize, options), errorFormat: 'minimal' });

type Rim = Pick<Deps, 'newId' | 'newOrderNumber'>;
const world: Rim = {
  newId,
  newOrderNumber: () => orderNumber(randomBytes(orderNumberBytes)),
};

/** The whole app over a database, without any door. */
export const createApp = (
  prisma: PrismaClient,
  {
    clock,
    ...parts
  }: Pick<Deps, 'watch' | 'signals' | 'timings' | 'openOrders' | 'sweepBatch'> &
    Partial<Rim> & { readonly clock?: Clock },
  inTurn: InTurn = turns(),
) => app({ ...persistence(prisma, { inTurn, clock }), ...world, ...parts });

export const wire =
  (config: OrderConfig) =>
  ({ log, metrics }: { log: Logger; metrics: Registry }): Subgraph<GraphqlContext> => {
    const prisma = connect(config.ORDER_DATABASE_URL, config.DATABASE_POOL_SIZE, {
      metrics,
      preparedStatements: config.DATABASE_PREPARED_STATEMENTS,
    });
    // Of the database and not of a process: told by those that work on it.
    if (config.ROLE !== 'api') measureCheckouts(metrics, prisma);
    const watch = orderWatch(directUrl(config), log);
    const orderApp = createApp(prisma, {
      watch,
      signals: signals(log, metrics),
      timings: timingsOf(config),
      openOrders: { orders: config.OPEN_ORDERS_PER_CUSTOMER, units: config.OPEN_UNITS_PER_CUSTOMER },
      sweepBatch: config.SWEEP_BATCH,
    });
    return {
      schema: schema(),
      context: context(orderApp),
      handlers: consumers(orderApp),
      tasks: [
        { name: 'sweep deadlines', everyMs: config.SWEEP_INTERVAL_MS, run: orderApp.commands.sweepDeadlines },
        // 10 s: a token is about as old as its checkout when it goes.
        { name: 'erase payment tokens', everyMs: 10_000, run: orderApp.commands.erasePaymentTokens },
      ],
      announceChanges: (announcements) => announceOrders(directUrl(config), announcements, log),
      database: prisma,
      ping: () => prisma.$queryRaw`SELECT 1`,
      close: async () => {
        await watch.close();
        await prisma.$disconnect();
      },
    };
  };
