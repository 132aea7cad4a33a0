import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, type OrderId, type PromotionId, type UserId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, guestNamed, type OrderTestApp, orderTestApp, staff, variantOf } from '#kit/order/app.ts';
import type { PrismaClient } from '#prisma/order/client/client.ts';
import type { Reply } from '../../domain/checkout/messages.ts';
import { connect, createApp } from '../../wiring.ts';
import type { App } from '../app.ts';

let kit: OrderTestApp;
let buyer = customer().id;
let promotionId: PromotionId;
let code: string;
let round = 0;

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  round += 1;
  buyer = customer(`buyer ${round}`).id;
  code = `CODE${round}`;
  promotionId = await kit.promote({ usageLimit: 50, perCustomerLimit: 1 }, code);
});
// What one test promotes is not to be in the carts of the next.
const end = (id: PromotionId) =>
  kit.app.commands.endPromotion({ by: staff, idempotencyKey: undefined, id, expectedVersion: undefined });

const usedOf = async (id = promotionId) => (await kit.prisma.promotion.findUniqueOrThrow({ where: { id } })).used;
const liveRows = (id = promotionId) =>
  kit.prisma.promotionRedemption.count({ where: { promotionId: id, givenBackAt: null } });
const withCode = async (customerId = buyer) => {
  await kit.add('lamp', 1, customerId);
  return await kit.enterCode(code, customerId);
};
const orderWithCode = async (customerId = buyer): Promise<OrderId> => {
  await withCode(customerId);
  const placed = await kit.place(customerId);
  if (!placed.ok) throw new Error(placed.failure.message);
  return placed.value;
};
const receive = async (id: OrderId, ...types: Reply['type'][]) => {
  for (const type of types) await kit.reply(await kit.replyTo(id, type));
};
const cancel = (orderId: OrderId) =>
  kit.app.commands.cancelOrder({ viewer: staff, orderId, idempotencyKey: newId('Message') });

describe('a coupon', () => {
  it('is in the total that the customer agrees to, and in every figure of the order', async () => {
    expect(await withCode()).toMatchObject({ ok: true });
    expect(await kit.place(buyer, 'key', money(1_999, 'EUR'))).toMatchObject({
      failure: { kind: 'TotalsChanged', totals: { lines: 1_999, discount: 200, total: 1_799 } },
    });
    const placed = await kit.place(buyer, 'key', money(1_799, 'EUR'));
    const id = placed.ok ? placed.value : ('' as OrderId);
    expect(
      await kit.prisma.order.findUnique({ where: { id }, include: { lines: true, redemptions: true } }),
    ).toMatchObject({
      ...{ totalAmount: 1_799, discountAmount: 200, pricingHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      lines: [{ unitAmount: 1_999, discountAmount: 200 }],
      redemptions: [{ promotionId, code, givenBackAt: null }],
    });
    expect(await kit.prisma.cart.findUnique({ where: { customerId: buyer } })).toMatchObject({ couponCodes: [] });
    expect(await usedOf()).toBe(1);
  });

  it('asks payment for that total, and not when the figures of the order have been changed since', async () => {
    const [id, other] = [await orderWithCode(), await orderWithCode(customer('somebody else').id)];
    await receive(id, 'stock.reserved');
    const { data } = await kit.prisma.outboxMessage.findFirstOrThrow({
      where: { aggregateId: id, type: 'payment.authorize' },
    });
    expect(data).toMatchObject({ amount: money(1_799, 'EUR') });
    await kit.prisma.order.update({ where: { id: other }, data: { totalAmount: 1_999 } });
    await expect(receive(other, 'stock.reserved')).rejects.toThrow('not those that its customer agreed to');
    expect(await kit.sent(other)).toEqual(['order.placed', 'stock.reserve']);
  });

  it.each<[string, (id: OrderId) => Promise<unknown>, number, boolean?]>([
    ['is given back when the order is rejected', (id) => receive(id, 'stock.rejected'), 0],
    ['is kept while a declined payment can be tried again', (id) => decline(id), 1],
    [
      'is given back when nobody pays until the order expires',
      async (id) => {
        await decline(id);
        kit.advance(31 * 60_000);
        await kit.app.commands.sweepDeadlines();
      },
      0,
    ],
    ['is kept until a cancellation is complete', (id) => cancel(id), 1],
    [
      'is given back with the end of a cancellation, however often that is said',
      async (id) => {
        await cancel(id);
        const released = await kit.replyTo(id, 'stock.released');
        await kit.reply(released);
        await kit.reply(released);
      },
      0,
      false,
    ],
  ])('%s', async (_, then, used, comesBack = true) => {
    const id = await orderWithCode();
    await then(id);
    expect([await usedOf(), await liveRows()]).toEqual([used, used]);
    const { status } = await kit.rowOf(id);
    const { couponCodes } = await kit.prisma.cart.findUniqueOrThrow({ where: { customerId: buyer } });
    // Whoever cancelled does not want it; whose order came to nothing finds it where it was.
    expect(couponCodes).toEqual(used === 0 && comesBack ? [code] : []);
    expect(status).toMatch(used === 0 ? /^(REJECTED|CANCELLED)$/ : /^(PAYMENT_FAILED|COMPENSATING)$/);
  });

  const decline = (id: OrderId) => receive(id, 'stock.reserved', 'payment.declined', 'stock.released');

  it('can be used once by each customer, and again when that came to nothing', async () => {
    const id = await orderWithCode();
    expect(await withCode()).toMatchObject({
      failure: { kind: 'CouponNotApplicable', reason: 'CUSTOMER_LIMIT_REACHED' },
    });
    await receive(id, 'stock.rejected');
    expect(await withCode()).toMatchObject({ ok: true });
  });

  it('for the whole price leaves nothing to pay, and is given back as any other', async () => {
    await kit.add('lamp', 1, buyer);
    const all = await kit.promote({ effect: { kind: 'PERCENTAGE', ratePpm: 1_000_000 }, usageLimit: 1 }, `ALL${round}`);
    await kit.enterCode(`ALL${round}`, buyer);
    const placed = await kit.place(buyer, 'key', money(0, 'EUR'));
    const id = placed.ok ? placed.value : ('' as OrderId);
    await receive(id, 'stock.reserved', 'stock.committed');
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CONFIRMED', totalAmount: 0, discountAmount: 1_999 });
    expect(await usedOf(all)).toBe(1);
    await cancel(id);
    await receive(id, 'stock.released');
    expect([await usedOf(all), await liveRows(all)]).toEqual([0, 0]);
    expect(await kit.sent(id)).not.toContain('payment.authorize');
  });

  it('comes along when a guest signs in, and applies to the user', async () => {
    const guest = guestNamed(`guest with a code ${round}`);
    await kit.promote({}, `OPEN${round}`);
    await kit.add('lamp', 1, guest);
    expect(await kit.enterCode(`OPEN${round}`, guest)).toMatchObject({ ok: true });
    await withCode();
    await kit.guestSignedIn(guest, buyer);
    const { couponCodes } = await kit.prisma.cart.findUniqueOrThrow({ where: { customerId: buyer } });
    expect(couponCodes).toEqual([`OPEN${round}`, code]);
  });

  it('is for users where customers are counted, since guests come again under another name', async () => {
    const guest = guestNamed(`guest ${round}`);
    await kit.add('lamp', 1, guest);
    expect(await kit.enterCode(code, guest)).toMatchObject({ failure: { reason: 'SIGN_IN_REQUIRED' } });
  });

  it('is refused where nothing can make it apply, and kept where the cart can', async () => {
    await kit.add('lamp', 1, buyer);
    expect(await kit.enterCode('NO SUCH CODE', buyer)).toMatchObject({
      failure: { reason: 'UNKNOWN', code: 'NOSUCHCODE' },
    });
    await kit.promote({ minimumSpend: { EUR: 5_000 } }, `BIG${round}`);
    expect(await kit.enterCode(`big ${round}`, buyer)).toMatchObject({ ok: true });
    await end(promotionId);
    expect(await kit.enterCode(code, buyer)).toMatchObject({ failure: { reason: 'ENDED' } });
  });
});

describe('many customers at once', () => {
  const connections = 3;
  const processes: PrismaClient[] = [];
  let apps: App[];
  beforeAll(() => {
    // As four processes would: each with connections of its own.
    processes.push(...Array.from({ length: 4 }, () => connect(kit.databaseUrl, connections)));
    apps = processes.map((prisma) => createApp(prisma, kit.parts));
  });
  afterAll(() => Promise.all(processes.map((prisma) => prisma.$disconnect())));

  const place = (customerId: UserId, app: App, expected: number) =>
    app.commands.placeOrder({
      ...{ customerId, paymentMethodToken: 'tok_approve', idempotencyKey: newId('Message') },
      expectedTotal: money(expected, 'EUR'),
    });
  /** Each process as many at a time as it has connections: what is raced for is the coupon, not a connection. */
  const atOnce = async <T>(customers: readonly UserId[], work: (id: UserId, app: App) => Promise<T>): Promise<T[]> => {
    const results: T[] = [];
    const queue = [...customers];
    const worker = async (app: App) => {
      for (let next = queue.shift(); next; next = queue.shift()) results.push(await work(next, app));
    };
    await Promise.all(apps.flatMap((app) => Array.from({ length: connections }, () => worker(app))));
    return results;
  };
  /** Customers who have put a lamp into their carts, and the code. */
  const crowd = async (name: string, size: number): Promise<UserId[]> => {
    const customers = Array.from({ length: size }, (_, at) => customer(`${name} ${round} ${at}`).id);
    const at = { createdAt: new Date(), updatedAt: new Date() };
    const carts = customers.map((customerId) => ({ ...at, id: newId('Cart'), customerId, couponCodes: [code] }));
    await kit.prisma.cart.createMany({ data: carts });
    const line = { variantId: variantOf('lamp'), quantity: 1, addedAt: new Date() };
    await kit.prisma.cartLine.createMany({
      data: carts.map(({ id: cartId }) => ({ ...line, id: newId('CartLine'), cartId })),
    });
    return customers;
  };

  it('redeem a coupon with 50 uses 50 times; the others are told, and pay nothing else', async () => {
    const results = await atOnce(await crowd('shopper', 200), (id, app) => place(id, app, 1_799));
    expect(results.filter(({ ok }) => ok)).toHaveLength(50);
    const failures = results.flatMap((result) => (result.ok ? [] : [result.failure]));
    expect(failures).toHaveLength(150);
    for (const failure of failures) expect(failure).toMatchObject({ kind: 'TotalsChanged', totals: { total: 1_999 } });
    expect([await usedOf(), await liveRows()]).toEqual([50, 50]);
  });

  it('never exceed it while others cancel, and what is given back can be had', async () => {
    // Ten of them, so that a handful of customers is a crowd.
    code = `FEW${round}`;
    promotionId = await kit.promote({ usageLimit: 10 }, code);
    const [early, late] = [await crowd('early', 15), await crowd('late', 10)];
    const first = await atOnce(early, (id, app) => place(id, app, 1_799));
    const orders = first.flatMap((result) => (result.ok ? [result.value] : []));
    expect(orders).toHaveLength(10);
    const samples: number[] = [];
    await Promise.all([
      ...orders.slice(0, 6).map((id) => receive(id, 'stock.rejected')),
      atOnce(late, async (id, app) => {
        await place(id, app, 1_799);
        samples.push(await liveRows());
      }),
    ]);
    expect(Math.max(...samples)).toBeLessThanOrEqual(10);
    expect(await usedOf()).toBe(await liveRows());
    // Six were given back; whoever came too early for them has them now.
    await atOnce(late, (id, app) => place(id, app, 1_799));
    expect([await usedOf(), await liveRows()]).toEqual([10, 10]);
  });
});
