import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustomerId, type GuestId, newId, type OrderId, type UserId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, guestCustomer, guestNamed, type OrderTestApp, orderTestApp, variantOf } from '#kit/order/app.ts';
import pg from '#platform/database/pg.ts';
import { maxLines } from '../../domain/cart/cart.ts';

let kit: OrderTestApp;
beforeAll(async () => {
  kit = await orderTestApp();
  for (const name of ['lamp', 'tent', 'mug']) await kit.offer({ name });
  await kit.offer({ name: 'dollar lamp', price: money(2_199, 'USD') });
});
afterAll(() => kit[Symbol.asyncDispose]());

let people = 0;
/** A guest and the user that they turn out to be; nobody else has these ids. */
const pair = (): { guestId: GuestId; userId: UserId } => {
  people += 1;
  return { guestId: guestNamed(`guest ${people}`), userId: customer(`user ${people}`).id };
};

const cartOf = async (customerId: CustomerId): Promise<Record<string, number>> => {
  const lines = await kit.prisma.cartLine.findMany({ where: { cart: { customerId } }, orderBy: { addedAt: 'asc' } });
  const names = ['lamp', 'tent', 'mug', 'dollar lamp'];
  return Object.fromEntries(
    lines.map(({ variantId, quantity }) => [
      names.find((name) => variantOf(name) === variantId) ?? variantId,
      quantity,
    ]),
  );
};

const ordersOf = async (customerId: CustomerId): Promise<string[]> =>
  (await kit.prisma.order.findMany({ where: { customerId } })).map(({ id }) => id);

/** What is left with the guest: nothing, whatever has happened. */
const leftWith = async (guestId: GuestId) => ({ cart: await cartOf(guestId), orders: await ordersOf(guestId) });
const nothing = { cart: {}, orders: [] };

const locking = async (sql: string, ...values: string[]) => {
  const client = new pg.Client(kit.databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  await client.query(sql, values);
  return { release: () => client.query('ROLLBACK').then(() => client.end()) };
};

/** Resolves once this many transactions wait for a lock: what was started has got that far. */
const waiting = async (many: number) => {
  for (;;) {
    const rows = await kit.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (rows.length >= many) return;
  }
};

const orderOf = (result: { ok: boolean; value?: OrderId }): OrderId => {
  if (!result.value) throw new Error('no order was placed');
  return result.value;
};

describe('a guest who signs in', () => {
  it('finds the cart, the orders, and what the cart held before, with the ids of the lines', async () => {
    const { guestId, userId } = pair();
    const orderId = await kit.placed(guestId);
    await kit.add('lamp', 2, guestId);
    await kit.add('tent', 1, guestId);
    await kit.add('lamp', 3, userId);
    await kit.add('mug', 1, userId);
    const before = await kit.prisma.cartLine.findMany({ where: { cart: { customerId: { in: [guestId, userId] } } } });
    await kit.guestSignedIn(guestId, userId);
    expect(await cartOf(userId)).toEqual({ lamp: 5, tent: 1, mug: 1 });
    expect(await ordersOf(userId)).toEqual([orderId]);
    expect(await leftWith(guestId)).toEqual(nothing);
    const after = await kit.prisma.cartLine.findMany({ where: { cart: { customerId: userId } } });
    const ids = before.map(({ id }) => id);
    expect(after.every(({ id }) => ids.includes(id))).toBe(true);
  });

  it('brings no more than a line may have, and first what was chosen last', async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 60, guestId);
    await kit.add('lamp', 60, userId);
    await kit.guestSignedIn(guestId, userId);
    expect(await cartOf(userId)).toEqual({ lamp: 99 });

    const other = pair();
    await kit.add('dollar lamp', 1, other.guestId, 'USD');
    await kit.add('tent', 1, other.userId);
    await kit.guestSignedIn(other.guestId, other.userId);
    expect(await cartOf(other.userId)).toEqual({ 'dollar lamp': 1 });
  });

  it('is merged once, however often and late the message comes, and into nobody else', async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 2, guestId);
    const id = newId('Message');
    await Promise.all([kit.guestSignedIn(guestId, userId, id), kit.guestSignedIn(guestId, userId, id)]);
    await kit.guestSignedIn(guestId, userId);
    await kit.guestSignedIn(guestId, customer('mallory').id);
    expect(await cartOf(userId)).toEqual({ lamp: 2 });
    expect(await cartOf(customer('mallory').id)).toEqual({});
  });

  it('has nothing to bring, and opens no cart for the user', async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 1, guestId);
    const [line] = await kit.prisma.cartLine.findMany({ where: { cart: { customerId: guestId } } });
    await kit.app.commands.removeFromCart({
      customerId: guestId,
      lineId: line?.id as never,
      idempotencyKey: undefined,
    });
    await kit.guestSignedIn(guestId, userId);
    expect(await kit.prisma.cart.count({ where: { customerId: { in: [guestId, userId] } } })).toBe(0);
  });
});

describe('the user whom a guest has become, before the message', () => {
  it('orders what the guest had chosen', async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 2, guestId);
    const place = { paymentMethodToken: 'tok', expectedTotal: money(3_998, 'EUR'), idempotencyKey: 'first' };
    const result = await kit.app.commands.placeOrder({ customerId: userId, mergedGuestId: guestId, ...place });
    expect(await ordersOf(userId)).toEqual([orderOf(result)]);
    await kit.guestSignedIn(guestId, userId);
    expect(await leftWith(guestId)).toEqual(nothing);
  });

  it('repeats the order that the guest got no answer about, and gets that one', async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 1, guestId);
    await kit.add('tent', 1, userId);
    const place = { paymentMethodToken: 'tok', expectedTotal: money(1_999, 'EUR'), idempotencyKey: 'the same' };
    const asGuest = orderOf(await kit.app.commands.placeOrder({ customerId: guestId, ...place }));
    const repeated = await kit.app.commands.placeOrder({ customerId: userId, mergedGuestId: guestId, ...place });
    expect(repeated).toEqual({ ok: true, value: asGuest });
    expect(await ordersOf(userId)).toEqual([asGuest]);
    expect(await cartOf(userId)).toEqual({ tent: 1 });
  });

  it('cancels and pays what the guest has ordered', async () => {
    const { guestId, userId } = pair();
    const orderId = await kit.placed(guestId);
    const viewer = { ...customer(`user ${people}`), mergedGuestId: guestId };
    expect(viewer.id).toBe(userId);
    const cancel = kit.app.commands.cancelOrder({ viewer, orderId, idempotencyKey: 'cancel' });
    expect(await cancel).toEqual({ ok: true, value: orderId });
    expect(await ordersOf(userId)).toEqual([orderId]);
  });
});

describe('what still comes for a guest who has signed in', () => {
  it("is refused when the guest asks for it: the guest's token does not open what is the user's", async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 1, userId);
    const orderId = await kit.placed(userId);
    await kit.add('lamp', 1, userId);
    await kit.guestSignedIn(guestId, userId);
    const viewer = guestCustomer(`guest ${people}`);
    const refused = { code: 'UNAUTHENTICATED' };
    await expect(kit.add('lamp', 1, guestId)).rejects.toMatchObject(refused);
    await expect(kit.place(guestId)).rejects.toMatchObject(refused);
    const cancel = kit.app.commands.cancelOrder({ viewer, orderId, idempotencyKey: 'cancel' });
    await expect(cancel).rejects.toMatchObject(refused);
    expect(await kit.app.reads.orders(viewer, [orderId])).toEqual([]);
    expect(await cartOf(userId)).toEqual({ lamp: 1 });
    expect(await leftWith(guestId)).toEqual(nothing);
  });

  it("comes into the user's cart when an order of theirs ends without a sale", async () => {
    const { guestId, userId } = pair();
    const orderId = await kit.placed(guestId);
    await kit.guestSignedIn(guestId, userId);
    await kit.reply(await kit.replyTo(orderId, 'stock.rejected'));
    expect(await cartOf(userId)).toEqual({ lamp: 2 });
    expect(await leftWith(guestId)).toEqual(nothing);
  });
});

describe('at the same moment as the merge', () => {
  it('an order is being placed: it is the user’s, and its lines are in no cart', async () => {
    const { guestId, userId } = pair();
    await kit.add('lamp', 2, guestId);
    const held = await locking('SELECT 1 FROM cart WHERE customer_id = $1 FOR UPDATE', guestId);
    const placing = kit.place(guestId);
    await waiting(1);
    const merging = kit.guestSignedIn(guestId, userId);
    await waiting(2);
    await held.release();
    const orderId = orderOf(await placing);
    await merging;
    expect(await ordersOf(userId)).toEqual([orderId]);
    expect(await cartOf(userId)).toEqual({});
    expect(await leftWith(guestId)).toEqual(nothing);
  });

  it('an order ends without a sale: its lines are in the user’s cart', async () => {
    const { guestId, userId } = pair();
    const orderId = await kit.placed(guestId);
    const rejected = await kit.replyTo(orderId, 'stock.rejected');
    // The guest has no cart any more; this holds up whoever opens one, with the order locked.
    await kit.prisma.cart.deleteMany({ where: { customerId: guestId } });
    const opening = `INSERT INTO cart (id, customer_id, created_at, updated_at) VALUES ($1, $2, now(), now())`;
    const held = await locking(opening, newId('Cart'), guestId);
    const ending = kit.reply(rejected);
    await waiting(1);
    const merging = kit.guestSignedIn(guestId, userId);
    await waiting(2);
    await held.release();
    await Promise.all([ending, merging]);
    expect(await cartOf(userId)).toEqual({ lamp: 2 });
    expect(await leftWith(guestId)).toEqual(nothing);
  });

  it('everything happens at once, many times: nothing stays with the guest, nothing is lost or doubled', async () => {
    for (let round = 0; round < 15; round++) {
      const { guestId, userId } = pair();
      const orderId = await kit.placed(guestId);
      const rejected = await kit.replyTo(orderId, 'stock.rejected');
      await kit.add('mug', 1, userId);
      const settled = await Promise.allSettled([
        kit.add('tent', 1, guestId),
        kit.reply(rejected),
        kit.guestSignedIn(guestId, userId),
        kit.app.commands.addToCart({
          ...{ customerId: userId, mergedGuestId: guestId, variantId: variantOf('mug'), quantity: 1 },
          idempotencyKey: undefined,
        }),
        kit.guestSignedIn(guestId, userId),
      ]);
      const [tent, ...others] = settled;
      expect(others.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
      if (tent.status === 'rejected') expect(tent.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
      const cart = { mug: 2, lamp: 2, ...(tent.status === 'fulfilled' && { tent: 1 }) };
      expect(await cartOf(userId)).toEqual(cart);
      expect(await ordersOf(userId)).toEqual([orderId]);
      expect(await leftWith(guestId)).toEqual(nothing);
    }
  });
});

it('removes carts of guests after 90 days without a change, and those of users after a year', async () => {
  const [idle, back] = [pair(), pair()];
  for (const customerId of [idle.guestId, idle.userId, back.guestId]) await kit.add('lamp', 1, customerId);
  kit.advance(60 * 24 * 60 * 60 * 1_000);
  await kit.add('lamp', 1, back.guestId);
  kit.advance(31 * 24 * 60 * 60 * 1_000);
  await kit.app.commands.removeIdleCarts();
  expect(await cartOf(idle.guestId)).toEqual({});
  expect([await cartOf(idle.userId), await cartOf(back.guestId)]).toEqual([{ lamp: 1 }, { lamp: 2 }]);
  await kit.add('lamp', 1, back.userId);
  kit.advance(275 * 24 * 60 * 60 * 1_000);
  await kit.app.commands.removeIdleCarts();
  expect([await cartOf(idle.userId), await cartOf(back.userId)]).toEqual([{}, { lamp: 1 }]);
});

it('keeps within the most lines that a cart may have', async () => {
  const names = Array.from({ length: maxLines }, (_, n) => `thing ${n}`);
  await kit.offer({ name: 'things', variants: names });
  const { guestId, userId } = pair();
  await kit.add('lamp', 1, guestId);
  for (const name of names) await kit.add(name, 1, userId);
  await kit.guestSignedIn(guestId, userId);
  const lines = await kit.prisma.cartLine.findMany({ where: { cart: { customerId: userId } } });
  expect(lines).toHaveLength(maxLines);
  expect(lines.map(({ variantId }) => variantId)).toContain(variantOf('lamp'));
});
