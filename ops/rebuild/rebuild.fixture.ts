/** A shop's product and order for tests of rebuilding: real databases, product's pages over HTTP, and order's replica fed by its messages. */
import type { FastifyReply } from 'fastify';
import { pino } from 'pino';
import { money } from '#contracts/money.ts';
import { orderTestApp } from '#kit/order/app.ts';
import { aCatalogue, aProduct, aVariant } from '#kit/product/builders.ts';
import { aShop, type Shop } from '#kit/product/shop.ts';
import { busSignature } from '#platform/auth/bus-signature.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { dispatcher } from '#platform/messaging/consumer.ts';
import { serveEventPages } from '#platform/messaging/event-pages.ts';
import { type OutboxRow, outbox, toEnvelope } from '#platform/messaging/outbox.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { consumers } from '#subgraphs/order/consumers.ts';
import { service as order } from '#subgraphs/order/service.ts';
import { readModels } from '#subgraphs/order/wiring.ts';
import { service as product } from '#subgraphs/product/service.ts';
import { type EventSource, eventSource } from './event-source.ts';
import { type ReadModels, rebuild } from './rebuild.ts';

export const model = order.readModels.catalogue;
// Nobody connects to it: the two only share its password.
export const bus = { REDIS_URL: 'redis://:a-long-password@127.0.0.1:1' };

export type Reply = FastifyReply & { request: { headers: { authorization: string } } };
/** May change, delay or fail an answer; `nth` counts them from 1. */
export type Interfere = (body: string, reply: Reply, nth: number) => unknown;

/** Product's worker as far as this is about it. A test may stand between. */
const servePages = async (shop: Shop) => {
  const signature = busSignature(bus);
  let interfere: Interfere | undefined;
  let isAway = false;
  let asked = 0;
  const http = createHttpServer({
    log: pino({ level: 'silent' }),
    metrics: createMetrics('product'),
    notReady: async () => [],
  });
  http.addHook('onRequest', async (request) => {
    if (isAway) request.raw.destroy();
  });
  http.addHook('onSend', async (_, reply, payload) => {
    asked += 1;
    return interfere ? interfere(String(payload), reply as Reply, asked) : payload;
  });
  serveEventPages(http, {
    service: 'product',
    replays: product.replays,
    database: shop.prisma,
    signature: () => signature,
    perPage: 20,
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  return {
    address: `http://127.0.0.1:${(http.server.address() as { port: number }).port}`,
    interfereWith: (how: Interfere | undefined) => {
      asked = 0;
      interfere = how;
    },
    goAway: () => {
      isAway = true;
    },
    comeBack: () => {
      isAway = false;
    },
    close: () => http.close(),
  };
};

interface Ways {
  readonly patienceMs?: number;
  readonly progress?: (done: number, of: number) => unknown;
  readonly around?: (source: EventSource) => EventSource;
  readonly open?: (databaseUrl: string) => ReadModels;
  readonly report?: (sentence: string) => void;
}

const many = Array.from({ length: 23 }, (_, n) => aProduct(`thing-${n}`));
const lamp = aProduct('lamp', { variants: [aVariant('LAMP-1'), aVariant('LAMP-2')] });

const fill = async (shop: Shop) => {
  await shop.commands.importCatalogue(aCatalogue([lamp, ...many]));
  const last = await shop.prisma.outboxMessage.findFirstOrThrow({
    where: { aggregateId: lamp.id },
    orderBy: { sequence: 'desc' },
  });
  const data = last.data as unknown as { variants: unknown[] };
  const without = { ...data, variants: data.variants.slice(1) };
  await outbox(shop.prisma).add({ ...last, aggregate: { type: 'product', id: lamp.id }, data: without });
};

/** 24 products, so two pages; one of them, the lamp, has lost a variant. */
export const rebuildTestSystem = async () => {
  const [shop, kit] = await Promise.all([aShop(), orderTestApp()]);
  const pages = await servePages(shop);
  const handle = dispatcher('order', consumers(kit.app));
  let position = 0n;
  /** Hands to order what product has published since the last time, as the relay and the queue do. */
  const deliver = async () => {
    const rows = await shop.prisma.$queryRawUnsafe<OutboxRow[]>(
      `SELECT * FROM outbox_message WHERE position > ${position} AND aggregate_type = 'product' ORDER BY position`,
    );
    position = BigInt(rows.at(-1)?.position ?? position);
    for (const row of rows) await handle(toEnvelope(row));
  };
  await fill(shop);
  await deliver();

  const signature = await busSignature(bus);
  if (!signature) throw new Error('no password');
  const sql = (text: string) => kit.prisma.$executeRawUnsafe(text);
  return {
    shop,
    kit,
    pages,
    signature,
    deliver,
    sql,
    reprice: async (slug: string, amount: number) => {
      const variants = [aVariant(`${slug.toUpperCase()}-1`, { price: money(amount, 'EUR') })];
      await shop.commands.importCatalogue(aCatalogue([aProduct(slug, { variants })], {}, []));
    },
    /** All of it, whatever columns there are. */
    replica: async () => {
      const [products, variants] = await Promise.all(
        model.tables.map(({ name }) => kit.prisma.$queryRawUnsafe<object[]>(`SELECT * FROM ${name} ORDER BY 1`)),
      );
      return { products, variants };
    },
    emptyReplica: () => sql(`TRUNCATE ${model.tables.map(({ name }) => name).join(', ')}`),
    /** Of copies that are there. */
    schemas: async () => {
      const found = await kit.prisma.$queryRawUnsafe<{ name: string }[]>(
        `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'rebuild%'`,
      );
      return found.map(({ name }) => name);
    },
    rebuildCatalogue: ({ patienceMs = 0, around = (it) => it, report = () => undefined, ...ways }: Ways = {}) =>
      rebuild({
        name: 'catalogue',
        model,
        databaseUrl: kit.databaseUrl,
        open: readModels,
        source: around(eventSource({ address: pages.address, model, signature, patienceMs, report })),
        progress: () => undefined,
        ...ways,
      }),
    close: async () => {
      await pages.close();
      await kit[Symbol.asyncDispose]();
    },
  };
};

export type RebuildTestSystem = Awaited<ReturnType<typeof rebuildTestSystem>>;
