/** The order subgraph as its tests see it: the real app over a database of its own, with a clock that can be moved. */
import {
  type CustomerId,
  type GuestId,
  type MessageId,
  namedId,
  newId,
  type OrderId,
  type PromotionId,
  type UserId,
  type VariantId,
} from '#contracts/ids.ts';
import { ProductChanged } from '#contracts/messages/product.ts';
import { UserClosed, UserGuestMerged } from '#contracts/messages/user.ts';
import { Currency, type Money, money } from '#contracts/money.ts';
import type { SignedIn, Viewer } from '#contracts/viewer.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { orderWatch } from '#subgraphs/order/adapters/order/order-changes.ts';
import { consumers } from '#subgraphs/order/consumers.ts';
import type { Reply } from '#subgraphs/order/domain/checkout/messages.ts';
import { defaultTimings, type Timings } from '#subgraphs/order/domain/checkout/steps.ts';
import type { OpenOrders } from '#subgraphs/order/domain/order/place-order.ts';
import { loaders } from '#subgraphs/order/graphql/loaders.ts';
import type { App } from '#subgraphs/order/usecases/app.ts';
import { createApp, schema } from '#subgraphs/order/wiring.ts';
import { asking } from '../graphql/ask.ts';
import { aMessage } from '../messaging/messages.ts';
import { recordedLog } from '../observability/recorded-log.ts';
import { subgraphDatabase } from '../postgres/subgraph-database.ts';
import { signedIn } from '../user/viewers.ts';
import { aReply, totals } from './builders.ts';

export const customer = (name = 'anna'): SignedIn => signedIn(namedId('User', name));
export const staff: SignedIn = signedIn(namedId('User', 'sten'), 'STAFF');

export const guestNamed = (name: string): GuestId => namedId('Guest', name);
export const guestCustomer = (name: string): Viewer => ({
  kind: 'guest',
  session: { guestId: guestNamed(name), sessionId: namedId('Session', name) },
});

interface Offer {
  readonly name: string;
  readonly price?: Money;
  readonly status?: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
  readonly sequence?: number;
  /** The variants it still has; one of its own name when absent. */
  readonly variants?: readonly string[];
}

const productMessage = ({ name, price = money(1_999, 'EUR'), status = 'PUBLISHED', ...rest }: Offer) => ({
  ...aMessage({ type: ProductChanged.type, version: ProductChanged.version, sequence: rest.sequence ?? 1 }),
  data: {
    productId: namedId('Product', name),
    slug: name,
    titles: { en: name },
    status,
    taxClass: 'STANDARD' as const,
    categoryIds: [],
    collectionIds: [],
    variants: (rest.variants ?? [name]).map((variant) => ({
      variantId: namedId('Variant', variant),
      sku: variant.toUpperCase(),
      titles: { en: variant },
      prices: [price],
      weightGrams: 240,
      requiresShipping: true,
      stockPolicy: 'TRACKED' as const,
    })),
  },
});

/** The same as an older product service says it, or its event store. */
const productMessageV1 = (offer: Offer) => {
  const { data, ...message } = productMessage(offer);
  const { productId, slug, titles, status } = data;
  const variants = data.variants.map(({ variantId, sku, titles: { en: title }, prices: [price] }) => ({
    ...{ variantId, sku, title, price },
  }));
  return { ...message, version: 1, data: { productId, slug, title: titles.en, status, variants } };
};

export const variantOf = (name: string): VariantId => namedId('Variant', name);

export type OrderTestApp = Awaited<ReturnType<typeof orderTestApp>>;

/** Gives the app as it is, and the ways in which the outside world reaches it. */
export const orderTestApp = async (
  timings: Timings = defaultTimings,
  openOrders: OpenOrders = { orders: 1_000, units: 100_000 },
) => {
  const { prisma, databaseUrl, statements, dispose } = await subgraphDatabase(
    'order',
    (options) => new PrismaClient(options),
  );
  const watchLog = recordedLog();
  const watch = orderWatch(databaseUrl, watchLog.log);
  const alarms: string[] = [];
  const failures: unknown[] = [];
  const clock = { offsetMs: 0 };
  const parts = {
    watch,
    telemetry: {
      moved: () => {},
      ignored: () => {},
      manualIntervention: (_: unknown, reason: string) => alarms.push(reason),
      failed: (_: unknown, error: unknown) => failures.push(error),
    },
    timings,
    // Far more than any test needs but those about the bound, which bring their own.
    openOrders,
    openGuestOrders: openOrders,
    returnOrigins: ['https://shop.example'],
    sweepBatch: 100,
    guestCartRetentionMs: 90 * 24 * 60 * 60 * 1_000,
    cartRetentionMs: 365 * 24 * 60 * 60 * 1_000,
    closedAccountRetentionMs: 30 * 24 * 60 * 60 * 1_000,
    clock: (time: Date) => new Date(time.getTime() + clock.offsetMs),
  };
  const app = createApp(prisma, parts);
  return {
    app,
    /** What the app was made of beside the database. */
    parts,
    prisma,
    databaseUrl,
    /** Every SQL statement so far. */
    statements,
    alarms,
    /** What the sweep could not deal with. */
    failures,
    /** How often the watch lost its connection. */
    outages: () => watchLog.saying('is away').length,
    advance: (ms: number) => {
      clock.offsetMs += ms;
    },
    ask: asking(schema(), requestContext(app, loaders)),
    ...doors(app),
    ...shopping(app, prisma),
    [Symbol.asyncDispose]: async () => {
      await watch.close();
      await dispose();
    },
  };
};

/** The consumers, as the queue would call them. */
const doors = (app: App) => {
  const handlers = new Map(
    consumers(app).map(({ definition, handle }) => [`${definition.type} v${definition.version}`, handle]),
  );
  const deliver = (message: { readonly type: string; readonly version: number }) => {
    const handle = handlers.get(`${message.type} v${message.version}`);
    if (!handle) throw new Error(`nobody listens to ${message.type}`);
    return handle(message as never);
  };
  return {
    offer: (offer: Offer) => deliver(productMessage(offer)),
    offerV1: (offer: Offer) => deliver(productMessageV1(offer)),
    /** With the same `id`, the same message again. */
    guestSignedIn: (guestId: GuestId, userId: UserId, id: MessageId = newId('Message')) =>
      deliver({ ...aMessage({ id, type: UserGuestMerged.type }), data: { guestId, userId } } as never),
    closed: (userId: UserId) => deliver({ ...aMessage({ type: UserClosed.type }), data: { userId } } as never),
    /** A neighbour's reply; with the same `id`, the same message again. */
    reply: ({ type, data, sequence }: Reply, id: MessageId = newId('Message')) =>
      deliver({ ...aMessage({ id, type, sequence }), data } as never),
  };
};

/** Ten percent off everything, for everybody and ever. */
const anyPromotion = {
  ...{ title: 'Sale', effect: { kind: 'PERCENTAGE', ratePpm: 100_000 } },
  scope: { productIds: [], categoryIds: [], collectionIds: [] },
  ...{ minimumSpend: null, isExclusive: false, priority: 0, firstOrderOnly: false },
  ...{ startsAt: null, endsAt: null, usageLimit: null, perCustomerLimit: null },
};

/** Set-ups that most tests start with, for `customer()` by default. */
const shopping = (app: App, prisma: PrismaClient) => {
  const add = async (name: string, quantity = 1, customerId: CustomerId = customer().id, currency?: Currency) =>
    app.commands.addToCart({ customerId, variantId: variantOf(name), quantity, currency, idempotencyKey: undefined });
  /** What the customer is shown. */
  const totalOf = async (customerId: CustomerId): Promise<Money> => {
    const [cart] = await app.reads.cartsOf(staff, [customerId]);
    if (!cart) return money(0, 'EUR');
    const lines = (await app.reads.cartLines([cart.id])).get(cart.id) ?? [];
    const [price] = await app.priceCarts([{ cart, lines }]);
    return money(price?.totals.total ?? 0, cart.currency);
  };
  const agreed = new Map<string, Money>();
  const place = async (
    customerId: CustomerId = customer().id,
    idempotencyKey: string = newId('Message'),
    shown?: Money,
  ) => {
    // A retry says again what the customer agreed to, whatever is in the cart by then.
    const expectedTotal = shown ?? agreed.get(customerId + idempotencyKey) ?? (await totalOf(customerId));
    agreed.set(customerId + idempotencyKey, expectedTotal);
    return await app.commands.placeOrder({
      customerId,
      paymentMethodToken: 'tok_approve',
      expectedTotal,
      idempotencyKey,
    });
  };
  const rowOf = (id: OrderId) => prisma.order.findUniqueOrThrow({ where: { id } });
  return {
    add,
    totalOf,
    place,
    /** By staff: a promotion, with a code if it is given one. */
    promote: async (form: object, code?: string): Promise<PromotionId> => {
      const by = { by: staff, idempotencyKey: undefined };
      const created = await app.commands.createPromotion({
        ...by,
        form: { ...anyPromotion, needsCode: code !== undefined, ...form },
      });
      if (!created.ok) throw new Error(created.failure.message);
      const coupons = code && (await app.commands.createCoupons({ ...by, promotionId: created.value, codes: [code] }));
      if (coupons && !coupons.ok) throw new Error(coupons.failure.message);
      return created.value;
    },
    enterCode: (code: string, customerId: CustomerId = customer().id) =>
      app.commands.applyCoupon({ customerId, code, idempotencyKey: undefined }),
    rowOf,
    /** An order that was just placed: two units of "lamp", which must be on offer. */
    placed: async (customerId: CustomerId = customer().id): Promise<OrderId> => {
      await add('lamp', 2, customerId);
      const result = await place(customerId);
      if (!result.ok) throw new Error(result.failure.message);
      return result.value;
    },
    /** A reply about the order's current attempt and its whole amount, by default. */
    replyTo: async <T extends Reply['type']>(id: OrderId, type: T, data: Parameters<typeof aReply<T>>[1] = {}) => {
      const { attemptId, totalAmount, currency } = await rowOf(id);
      const amount = money(totalAmount, Currency.parse(currency));
      const all = {
        ...(type === 'payment.authorized' || type === 'payment.awaiting-funds' ? { amount } : {}),
        ...(type === 'payment.captured' ? { amount, totals: totals(totalAmount) } : {}),
      };
      return aReply(type, { attemptId, orderId: id, ...all, ...data } as Parameters<typeof aReply<T>>[1]);
    },
    /** The types of all that was sent about an order, in their order. */
    sent: async (id: OrderId): Promise<string[]> => {
      const rows = await prisma.outboxMessage.findMany({
        where: { aggregateType: 'order', aggregateId: id },
        orderBy: { sequence: 'asc' },
      });
      return rows.map(({ type }) => type);
    },
  };
};
