/** A shop of its own for a test: a real database with the real product app on it. */
import { afterAll } from 'vitest';
import type { AttemptId } from '#contracts/ids.ts';
import type { AuditedOrder, Databases, Query } from '#ops/audit/rule.ts';
import { stockRules } from '#ops/audit/rules/stock.ts';
import { PrismaClient } from '#prisma/product/client/client.ts';
import type { CatalogueImport } from '#subgraphs/product/usecases/catalogue/import-catalogue.ts';
import { createApp } from '#subgraphs/product/wiring.ts';
import { subgraphDatabase } from '../postgres/subgraph-database.ts';
import { aCatalogue, aProduct, aVariant, variantOf } from './builders.ts';

/** Closed when the test file ends. */
export const aShop = async (
  catalogue: CatalogueImport = aCatalogue([], {}, []),
  more: Pick<NonNullable<Parameters<typeof createApp>[1]>, 'media'> = {},
) => {
  const { prisma, databaseUrl, statements, dispose } = await subgraphDatabase(
    'product',
    (options) => new PrismaClient(options),
  );
  let aheadMs = 0;
  const app = createApp(prisma, { ...more, clock: (time) => new Date(time.getTime() + aheadMs) });
  const { commands } = app;
  let products = 0;
  await commands.importCatalogue(catalogue);
  afterAll(dispose);
  return {
    prisma,
    databaseUrl,
    app,
    commands,
    /** The SQL that `work` sends. */
    statementsOf: async (work: () => Promise<unknown>): Promise<string[]> => {
      statements.length = 0;
      await work();
      return [...statements];
    },
    /** Puts a new product on sale, with a variant for each number of units; returns their skus. */
    stock: async (...units: readonly number[]): Promise<string[]> => {
      const slug = `thing-${++products}`;
      const skus = units.map((_, index) => `${slug.toUpperCase()}-${index}`);
      const product = aProduct(slug, { variants: skus.map((sku) => aVariant(sku)) });
      const stock = Object.fromEntries(skus.map((sku, index) => [sku, units[index] ?? 0]));
      await commands.importCatalogue(aCatalogue([product], stock));
      return skus;
    },
    advance: (ms: number) => {
      aheadMs += ms;
    },
    /** The replies to one attempt, in the order in which they were sent. */
    replies: async (attemptId: AttemptId) => {
      const rows = await prisma.outboxMessage.findMany({
        where: { aggregateType: 'reservation', aggregateId: attemptId },
        orderBy: { sequence: 'asc' },
      });
      return rows.map(({ type, data }) => ({ type, ...(data as { reason?: string; lines?: unknown[] }) }));
    },
    /** All locations together. */
    level: async (sku: string) => {
      const { _sum } = await prisma.stockLevel.aggregate({
        where: { variantId: variantOf(sku) },
        _sum: { onHand: true, reserved: true },
      });
      return { onHand: _sum.onHand, reserved: _sum.reserved };
    },
    /** What the audit would find wrong with the stock. */
    violations: () => violationsIn(prisma),
    /** On hand and reserved by location: `{ main: [5, 1] }`. */
    levels: async (sku: string): Promise<Record<string, [onHand: number, reserved: number]>> => {
      const rows = await prisma.stockLevel.findMany({ where: { variantId: variantOf(sku) } });
      return Object.fromEntries(rows.map(({ location, onHand, reserved }) => [location, [onHand, reserved]]));
    },
    /** In order; one that is not at the main location tells which. */
    movements: async (sku: string) => {
      const rows = await prisma.stockMovement.findMany({
        where: { variantId: variantOf(sku) },
        orderBy: { id: 'asc' },
      });
      return rows.map(
        ({ kind, quantity, location }) => `${kind} ${quantity}${location === 'main' ? '' : ` at ${location}`}`,
      );
    },
  };
};

export type Shop = Awaited<ReturnType<typeof aShop>>;

/** By the audit's own rules, those that this database can answer alone. */
const violationsIn = async (prisma: PrismaClient): Promise<object[]> => {
  const product: Query = (sql, ...values) => prisma.$queryRawUnsafe(sql, ...values);
  const context = { databases: { product } as Databases, settledBefore: new Date() };
  const orders = await prisma.reservation.findMany({ distinct: ['orderId'], select: { orderId: true } });
  const ids = orders.map(({ orderId }) => ({ id: orderId }) as AuditedOrder);
  const found = stockRules.map((rule) => {
    if (rule.scope === 'full') return rule.check(context);
    return rule.scope === 'orders' && rule.name === 'reservations-match-movements' ? rule.check(context, ids) : [];
  });
  return (await Promise.all(found)).flat();
};
