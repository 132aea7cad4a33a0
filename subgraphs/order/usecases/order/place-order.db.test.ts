import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, type OrderId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, guestNamed, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';
import { errorInLog } from '#platform/observability/log.ts';
import type { Reply } from '../../domain/checkout/messages.ts';
import { defaultTimings } from '../../domain/checkout/steps.ts';
import { connect, createApp } from '../../wiring.ts';

let kit: OrderTestApp;
let people = 0;
let buyer = customer();

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
  await kit.offer({ name: 'tent', price: money(19_900, 'EUR') });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(() => {
  buyer = customer(`buyer ${people++}`);
});

const linesLeft = () => kit.prisma.cartLine.count({ where: { cart: { customerId: buyer.id } } });
const ordersOf = () => kit.prisma.order.findMany({ where: { customerId: buyer.id } });
const lamps = (units: number) => money(units * 1_999, 'EUR');
const aCommand = (units = 2) => ({ customerId: buyer.id, expectedTotal: lamps(units), idempotencyKey: 'key' });
const placing = (expectedTotal = money(3_998, 'EUR'), idempotencyKey = 'key') =>
  kit.app.commands.placeOrder({
    customerId: buyer.id,
    paymentMethodToken: 'tok_approve',
    expectedTotal,
    idempotencyKey,
  });

describe('placing an order', () => {
  it('writes order, lines, attempt, history and messages, and empties the cart', async () => {
    await kit.add('lamp', 2, buyer.id);
    await kit.add('tent', 1, buyer.id);
    const result = await kit.place(buyer.id);
    const id = result.ok ? result.value : undefined;
    const order = await kit.prisma.order.findUniqueOrThrow({
      where: { id: id ?? '' },
      include: { lines: { orderBy: { position: 'asc' } }, attempts: true, events: true },
    });
    expect(order).toMatchObject({
      customerId: buyer.id,
      number: expect.stringMatching(/^AG-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
      totalAmount: 23_898,
      currency: 'EUR',
      status: 'PLACED',
      version: 1,
      lines: [
        { variantId: variantOf('lamp'), sku: 'LAMP', title: 'lamp', quantity: 2, unitAmount: 1_999 },
        { variantId: variantOf('tent'), quantity: 1, unitAmount: 19_900 },
      ],
      paymentMethodToken: 'tok_approve',
      attempts: [{ id: order.attemptId, number: 1 }],
      events: [{ version: 1, status: 'PLACED', event: 'placed' }],
    });
    expect(await kit.sent(id as never)).toEqual(['order.placed', 'stock.reserve']);
    expect(await linesLeft()).toBe(0);
  });

  it('leaves nothing behind when it fails half-way', async () => {
    await kit.add('lamp', 2, buyer.id);
    await kit.prisma.$executeRaw`ALTER TABLE order_event RENAME TO hidden`;
    await expect(kit.place(buyer.id, 'key')).rejects.toThrow();
    await kit.prisma.$executeRaw`ALTER TABLE hidden RENAME TO order_event`;
    expect(await ordersOf()).toEqual([]);
    expect(await linesLeft()).toBe(1);
    expect(await kit.place(buyer.id, 'key')).toMatchObject({ ok: true });
  });

  it('does not let an error of the database take the payment method into the log', async () => {
    await kit.prisma.$executeRaw`ALTER TABLE customer_order ADD CONSTRAINT closed CHECK (number = '') NOT VALID`;
    const prisma = connect(kit.databaseUrl, 1);
    const app = createApp(prisma, kit.parts);
    await kit.add('lamp', 2, buyer.id);
    const failure = await app.commands
      .placeOrder({ ...aCommand(), paymentMethodToken: 'tok_secret' })
      .catch((error: unknown) => JSON.stringify(errorInLog(error)));
    await prisma.$disconnect();
    await kit.prisma.$executeRaw`ALTER TABLE customer_order DROP CONSTRAINT closed`;
    expect(failure).toContain('closed');
    expect(failure).not.toContain('tok_secret');
  });

  it('gives a retry the same order, whatever is in the cart by then', async () => {
    await kit.add('lamp', 2, buyer.id);
    const first = await kit.place(buyer.id, 'key');
    await kit.add('tent', 1, buyer.id);
    expect(await kit.place(buyer.id, 'key')).toEqual(first);
    expect(await ordersOf()).toHaveLength(1);
    expect(await linesLeft()).toBe(1);
  });

  it('refuses the same key with another input', async () => {
    await kit.add('lamp', 2, buyer.id);
    await placing();
    expect(await placing(money(1, 'EUR'))).toMatchObject({ ok: false, failure: { kind: 'IdempotencyConflict' } });
  });

  it('places one order for twenty submits at once with the same key', async () => {
    await kit.add('lamp', 2, buyer.id);
    const results = await Promise.all(Array.from({ length: 20 }, () => kit.place(buyer.id, 'key')));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(await ordersOf()).toHaveLength(1);
  });

  it('places one order for twenty submits at once with keys of their own, and the rest find an empty cart', async () => {
    await kit.add('lamp', 2, buyer.id);
    const results = await Promise.all(Array.from({ length: 20 }, (_, n) => kit.place(buyer.id, `key ${n}`)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((it) => !it.ok && it.failure.kind === 'EmptyCart')).toHaveLength(19);
    expect(await ordersOf()).toHaveLength(1);
  });

  it('keeps lines added to the cart meanwhile, in the order or in the cart, and never in both', async () => {
    await kit.add('lamp', 2, buyer.id);
    await Promise.all([kit.place(buyer.id), kit.add('tent', 1, buyer.id)]);
    const ordered = await kit.prisma.orderLine.count({ where: { order: { customerId: buyer.id } } });
    expect(ordered + (await linesLeft())).toBe(2);
  });
});

describe('orders that are not paid yet', () => {
  const bounded = (orders: number, units = 1_000) =>
    createApp(kit.prisma, { ...kit.parts, openOrders: { orders, units } }).commands.placeOrder;
  const placeWithin = async (placeOrder: ReturnType<typeof bounded>) =>
    placeOrder({
      ...{ customerId: buyer.id, expectedTotal: await kit.totalOf(buyer.id) },
      ...{ paymentMethodToken: 'tok_approve', idempotencyKey: newId('Message') },
    });
  const lampsOrdered = async (placeOrder: ReturnType<typeof bounded>, quantity = 1) => {
    await kit.add('lamp', quantity, buyer.id);
    const placed = await placeWithin(placeOrder);
    if (!placed.ok) throw new Error(placed.failure.message);
    return placed.value;
  };
  const receive = async (id: OrderId, ...types: Reply['type'][]) => {
    for (const type of types)
      await kit.reply(await kit.replyTo(id, type, type === 'payment.declined' ? {} : { amount: money(1_999, 'EUR') }));
  };

  it('are so many at most, and the cart stays as it is', async () => {
    const placeOrder = bounded(2);
    await lampsOrdered(placeOrder);
    await lampsOrdered(placeOrder);
    await kit.add('lamp', 3, buyer.id);
    expect(await placeWithin(placeOrder)).toMatchObject({
      failure: { kind: 'TooManyOpenOrders', openOrders: 2, maximumOrders: 2, units: 5, maximumUnits: 1_000 },
    });
    expect(await linesLeft()).toBe(1);
    expect(await ordersOf()).toHaveLength(2);
  });

  it('have so many units together at most, and one order alone, too', async () => {
    const placeOrder = bounded(10, 5);
    await kit.add('lamp', 6, buyer.id);
    expect(await placeWithin(placeOrder)).toMatchObject({ failure: { openOrders: 0, units: 6, maximumUnits: 5 } });
    await kit.prisma.cartLine.deleteMany();
    await lampsOrdered(placeOrder, 3);
    await kit.add('lamp', 3, buyer.id);
    expect(await placeWithin(placeOrder)).toMatchObject({ failure: { openOrders: 1, units: 6 } });
    await kit.prisma.cartLine.updateMany({ data: { quantity: 2 } });
    expect(await placeWithin(placeOrder)).toMatchObject({ ok: true });
  });

  describe('of guests at one address', () => {
    const atAddress = (guestAddress: string, name: string) => async (orders: number) => {
      const { placeOrder } = createApp(kit.prisma, {
        ...{ ...kit.parts, openGuestOrders: { orders, units: 1_000 } },
      }).commands;
      await kit.add('lamp', 1, guestNamed(name));
      const command = { customerId: guestNamed(name), guestAddress, expectedTotal: lamps(1) };
      return await placeOrder({ ...command, paymentMethodToken: 'tok_approve', idempotencyKey: newId('Message') });
    };

    it('are so many at most together, also when they place at once; elsewhere is another address', async () => {
      const placed = await Promise.all(
        Array.from({ length: 8 }, (_, n) => atAddress('192.0.2.1', `at one address ${n}`)(3)),
      );
      expect(placed.filter(({ ok }) => ok)).toHaveLength(3);
      const refused = { kind: 'TooManyOpenOrders', openOrders: 3, maximumOrders: 3 };
      for (const result of placed) if (!result.ok) expect(result.failure).toMatchObject(refused);
      expect(await atAddress('192.0.2.2', 'elsewhere')(3)).toMatchObject({ ok: true });
    });

    it('keep the address no longer than they are open', async () => {
      const placed = await atAddress('192.0.2.3', 'soon forgotten')(1);
      if (!placed.ok) throw new Error(placed.failure.message);
      const address = async () => (await kit.rowOf(placed.value)).guestAddress;
      await receive(placed.value, 'stock.reserved', 'payment.declined', 'stock.released');
      expect(await address()).toBe('192.0.2.3');
      expect(await atAddress('192.0.2.3', 'too early')(1)).toMatchObject({ ok: false });
      kit.advance(defaultTimings.waitMs.expiry);
      await kit.app.commands.sweepDeadlines();
      expect(await address()).toBeNull();
      expect(await atAddress('192.0.2.3', 'in time')(1)).toMatchObject({ ok: true });
    });
  });

  it('count while they are placed, wait for the bank, or can be paid again, and no longer when they are paid or over', async () => {
    const placeOrder = bounded(1);
    const id = await lampsOrdered(placeOrder);
    const isFull = async () => {
      await kit.prisma.cartLine.deleteMany();
      await kit.add('lamp', 1, buyer.id);
      const placed = await placeWithin(bounded(1));
      return !placed.ok && placed.failure.kind === 'TooManyOpenOrders';
    };
    expect(await isFull()).toBe(true);
    await receive(id, 'stock.reserved');
    expect(await isFull()).toBe(true);
    await receive(id, 'payment.declined');
    expect(await isFull()).toBe(true);
    await receive(id, 'stock.released');
    expect(await isFull()).toBe(true);
    await kit.app.commands.payOrder({ viewer: buyer, orderId: id, paymentMethodToken: 't', idempotencyKey: 'again' });
    await receive(id, 'stock.reserved', 'payment.authorized');
    expect(await isFull()).toBe(false);
    const [, second] = await ordersOf();
    await receive(second?.id as OrderId, 'stock.rejected');
    expect(await isFull()).toBe(false);
  });

  it('are no more when twenty are placed at once', async () => {
    const placeOrder = bounded(3);
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        await kit.add('lamp', 1, buyer.id);
        await placeWithin(placeOrder);
      }),
    );
    expect((await ordersOf()).length).toBeLessThanOrEqual(3);
    for (let last = await placeWithin(placeOrder); last.ok || last.failure.kind === 'EmptyCart'; ) {
      await kit.add('lamp', 1, buyer.id);
      last = await placeWithin(placeOrder);
    }
    expect(await ordersOf()).toHaveLength(3);
  });

  it('are answered to a retry as before, also when there is no room for another', async () => {
    const placeOrder = bounded(1);
    await kit.add('lamp', 1, buyer.id);
    const first = await placeOrder({ ...aCommand(1), paymentMethodToken: 't' });
    await kit.add('lamp', 1, buyer.id);
    expect(await placeOrder({ ...aCommand(1), paymentMethodToken: 't' })).toEqual(first);
    expect(first).toMatchObject({ ok: true });
  });
});

describe('an order that comes to nothing', () => {
  const free = { paymentMethodToken: undefined, expectedTotal: money(0, 'EUR') };
  const placed = async () => {
    await kit.offer({ name: 'leaflet', price: money(0, 'EUR') });
    await kit.add('leaflet', 2, buyer.id);
    const result = await kit.app.commands.placeOrder({ ...aCommand(), ...free });
    if (!result.ok) throw new Error(result.failure.message);
    return result.value;
  };

  it('is confirmed once its stock is sold, without a payment, and may be cancelled', async () => {
    const id = await placed();
    await kit.reply(await kit.replyTo(id, 'stock.reserved'));
    await kit.reply(await kit.replyTo(id, 'stock.committed'));
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CONFIRMED', paymentStatus: 'NONE', paymentMethodToken: null });
    const viewer = customer(buyer.id);
    await kit.app.commands.cancelOrder({ viewer: { ...viewer, id: buyer.id }, orderId: id, idempotencyKey: 'cancel' });
    await kit.reply(await kit.replyTo(id, 'stock.released'));
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', paymentStatus: 'NONE' });
    expect(await kit.sent(id)).toEqual([
      ...['order.placed', 'stock.reserve', 'stock.commit', 'order.confirmed', 'stock.release', 'order.cancelled'],
    ]);
  });

  it('is none while something is to be paid', async () => {
    await kit.add('lamp', 1, buyer.id);
    expect(await kit.app.commands.placeOrder({ ...aCommand(), ...free })).toMatchObject({
      failure: { kind: 'TotalsChanged', totals: { total: lamps(1).amount } },
    });
    await expect(kit.app.commands.placeOrder({ ...aCommand(), paymentMethodToken: undefined })).rejects.toThrow(
      'Set exactly one of',
    );
  });
});

describe('places nothing', () => {
  it('from no cart and from an empty one', async () => {
    expect(await kit.place(buyer.id)).toMatchObject({ ok: false, failure: { kind: 'EmptyCart' } });
    await kit.add('lamp', 1, buyer.id);
    await kit.place(buyer.id);
    expect(await kit.place(buyer.id)).toMatchObject({ ok: false, failure: { kind: 'EmptyCart' } });
  });

  it('at another total than the customer agreed to, and gives the current total', async () => {
    await kit.add('lamp', 2, buyer.id);
    expect(await placing(money(3_997, 'EUR'))).toMatchObject({
      failure: { kind: 'TotalsChanged', totals: { total: 3_998, currency: 'EUR' } },
    });
    expect(await placing(money(3_998, 'USD'))).toMatchObject({ failure: { kind: 'TotalsChanged' } });
    expect(await placing()).toMatchObject({ ok: true });
  });

  it('with something that is no longer for sale, and names it', async () => {
    await kit.offer({ name: 'mug' });
    await kit.add('mug', 1, buyer.id);
    await kit.add('lamp', 1, buyer.id);
    await kit.offer({ name: 'mug', status: 'ARCHIVED', sequence: 2 });
    expect(await kit.place(buyer.id)).toMatchObject({
      failure: { kind: 'VariantUnavailable', lines: [{ variantId: variantOf('mug'), sku: 'MUG' }] },
    });
    expect(await linesLeft()).toBe(2);
  });

  it('that has become dearer than an order may be', async () => {
    await kit.offer({ name: 'bell' });
    await kit.add('bell', 99, buyer.id);
    await kit.offer({ name: 'bell', price: money(2_000_000_000, 'EUR'), sequence: 2 });
    expect(await kit.place(buyer.id)).toMatchObject({ failure: { kind: 'CartLimitExceeded', limit: 'TOTAL' } });
  });
});
