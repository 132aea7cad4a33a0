import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, type OrderId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, type OrderTestApp, orderTestApp, staff, variantOf } from '#kit/order/app.ts';
import { skewMs, withClockAhead } from '#kit/postgres/skewed-clock.ts';
import type { Reply } from '../../domain/checkout/messages.ts';
import { defaultTimings, reservationTtlMs } from '../../domain/checkout/steps.ts';

let kit: OrderTestApp;
let id: OrderId;

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
  await kit.offer({ name: 'tent' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  await kit.prisma.cartLine.deleteMany();
  id = await kit.placed();
});

const receive = async (...types: Reply['type'][]) => {
  for (const type of types) await kit.reply(await kit.replyTo(id, type));
};
const status = async () => (await kit.rowOf(id)).status;
const cancel = (viewer = customer(), idempotencyKey = newId('Message')) =>
  kit.app.commands.cancelOrder({ viewer, orderId: id, idempotencyKey });
const pay = (viewer = customer(), idempotencyKey = newId('Message')) =>
  kit.app.commands.payOrder({ viewer, orderId: id, paymentMethodToken: 'tok_other', idempotencyKey });

const toPaymentFailed = ['stock.reserved', 'payment.declined', 'stock.released'] as const;

describe('time', () => {
  it('runs out once, in however many sweepers at once', async () => {
    kit.advance(61_000);
    await Promise.all(Array.from({ length: 4 }, () => kit.app.commands.sweepDeadlines()));
    expect(await kit.rowOf(id)).toMatchObject({ status: 'COMPENSATING', version: 2, stepSends: 1 });
    expect(await kit.sent(id)).toEqual(['order.placed', 'stock.reserve', 'stock.release']);
  });

  it('does not wait for an order that somebody else has in hand', async () => {
    kit.advance(61_000);
    await kit.prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM customer_order WHERE id = ${id} FOR UPDATE`;
      await kit.app.commands.sweepDeadlines();
    });
    expect(await status()).toBe('PLACED');
    await kit.app.commands.sweepDeadlines();
    expect(await status()).toBe('COMPENSATING');
  });

  it('runs out for the others, too, when one of them cannot be dealt with', async () => {
    const broken = id;
    id = await kit.placed();
    await kit.prisma.$executeRaw`UPDATE customer_order SET attempt_id = 'not an attempt' WHERE id = ${broken}`;
    kit.advance(61_000);
    await kit.app.commands.sweepDeadlines();
    expect(await status()).toBe('COMPENSATING');
    expect(kit.failures).toHaveLength(1);
    await kit.prisma
      .$executeRaw`UPDATE customer_order SET step_deadline = now() + interval '1 year' WHERE id = ${broken}`;
  });

  it('cancels an order that was never paid', async () => {
    await receive(...toPaymentFailed);
    kit.advance(defaultTimings.waitMs.expiry);
    expect(await pay()).toMatchObject({ ok: false, failure: { kind: 'OrderNotPayable' } });
    await kit.app.commands.sweepDeadlines();
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', failure: { reason: 'EXPIRED' } });
  });

  it('calls an operator after the last try at an undo, who can resume it', async () => {
    await cancel();
    for (let tries = 0; tries < defaultTimings.tries.undo; tries++) {
      kit.advance(600_000);
      await kit.app.commands.sweepDeadlines();
    }
    expect(await kit.rowOf(id)).toMatchObject({ status: 'NEEDS_ATTENTION', undo: ['stock'], heading: 'CANCELLED' });
    expect(kit.alarms.at(-1)).toContain('no answer to 5 requests');
    expect((await kit.sent(id)).at(-1)).toBe('order.needs-attention');
    const resume = () => kit.app.commands.resumeOrder({ viewer: staff, orderId: id, idempotencyKey: newId('Message') });
    expect(await resume()).toMatchObject({ ok: true });
    expect(await resume()).toMatchObject({ failure: { kind: 'OrderNotResumable' } });
    await receive('stock.released');
    expect(await status()).toBe('CANCELLED');
  });

  it('asks for stock until after all that may come before its sale', async () => {
    const reserve = await kit.prisma.outboxMessage.findFirstOrThrow({
      where: { aggregateId: id, type: 'stock.reserve' },
    });
    expect(reserve.data).toMatchObject({ ttlMs: reservationTtlMs(defaultTimings, false) });
  });
});

describe('a process whose clock is a minute wrong', () => {
  it.each([
    ['ahead', skewMs],
    ['behind', -skewMs],
  ])('%s neither ends the checkouts of others nor has its own ended', async (_, aheadMs) => {
    const own = await withClockAhead(aheadMs, async () => {
      await kit.app.commands.sweepDeadlines();
      await kit.reply(await kit.replyTo(id, 'stock.reserved'));
      await kit.app.commands.sweepDeadlines();
      return await kit.placed();
    });
    await kit.app.commands.sweepDeadlines();
    expect(await status()).toBe('AUTHORIZING');
    expect((await kit.rowOf(own)).status).toBe('PLACED');
  });

  it.each([
    ['ahead', skewMs],
    ['behind', -skewMs],
  ])('%s acts on a deadline when it is over, not before and not later', async (_, aheadMs) => {
    const own = await withClockAhead(aheadMs, () => kit.placed());
    for (const [passedMs, expected] of [
      [30_000, 'PLACED'],
      [31_000, 'COMPENSATING'],
    ] as const) {
      kit.advance(passedMs);
      await withClockAhead(-aheadMs, () => kit.app.commands.sweepDeadlines());
      expect((await kit.rowOf(own)).status).toBe(expected);
    }
  });

  it.each([
    ['ahead', skewMs],
    ['behind', -skewMs],
  ])('%s shows customers what they can do, by the same clock', async (_, aheadMs) => {
    await receive(...toPaymentFailed);
    const nextActions = () =>
      withClockAhead(aheadMs, async () => (await kit.ask(customer(), `{ order(id: "${id}") { nextActions } }`)).data);
    kit.advance(defaultTimings.waitMs.expiry - 30_000);
    expect(await nextActions()).toEqual({ order: { nextActions: ['PAY', 'CANCEL'] } });
    kit.advance(31_000);
    expect(await nextActions()).toEqual({ order: { nextActions: ['CANCEL'] } });
  });
});

describe('an order that comes to nothing', () => {
  // So that those which earlier tests left behind do not fill the cart in the midst of these.
  beforeAll(async () => {
    kit.advance(defaultTimings.waitMs.expiry);
    await kit.app.commands.sweepDeadlines();
  });

  const cartOf = async () => {
    const lines = await kit.prisma.cartLine.findMany({ orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] });
    return lines.map(({ variantId, quantity }) => [variantId, quantity]);
  };
  const [lamp, tent] = [variantOf('lamp'), variantOf('tent')];

  it('gives its lines back to the cart when it is rejected, once for however many messages say so', async () => {
    const rejected = await kit.replyTo(id, 'stock.rejected');
    const messageId = newId('Message');
    await Promise.all([1, 2, 3, 4].map((n) => kit.reply(rejected, n < 3 ? messageId : newId('Message'))));
    expect(await status()).toBe('REJECTED');
    expect(await cartOf()).toEqual([[lamp, 2]]);
  });

  it('adds them to what the cart has by then, up to what it holds', async () => {
    await kit.add('tent', 1);
    await kit.add('lamp', 98);
    await receive('stock.rejected');
    expect(await cartOf()).toEqual([
      [tent, 1],
      [lamp, 99],
    ]);
  });

  it('gives them back when a price changed, or something is no longer for sale', async () => {
    const lines = [{ variantId: lamp, requested: 2, available: 9, currentPrice: money(1_500, 'EUR') }];
    await receive(...toPaymentFailed);
    await pay();
    await kit.reply(await kit.replyTo(id, 'stock.rejected', { reason: 'PRICE_CHANGED', lines }));
    expect(await kit.rowOf(id)).toMatchObject({ status: 'REJECTED', failure: { kind: 'PriceChanged' } });
    expect(await cartOf()).toEqual([[lamp, 2]]);
    id = await kit.placed();
    await kit.reply(await kit.replyTo(id, 'stock.rejected', { reason: 'UNAVAILABLE' }));
    expect(await cartOf()).toEqual([[lamp, 4]]);
  });

  it('gives them back when it expires, and when a time-out is undone', async () => {
    await receive(...toPaymentFailed);
    kit.advance(defaultTimings.waitMs.expiry);
    await kit.app.commands.sweepDeadlines();
    expect(await cartOf()).toEqual([[lamp, 2]]);
    id = await kit.placed();
    kit.advance(61_000);
    await kit.app.commands.sweepDeadlines();
    expect(await cartOf()).toEqual([]);
    await receive('stock.released');
    expect(await cartOf()).toEqual([[lamp, 4]]);
  });

  it('keeps them when its customer or staff cancelled it', async () => {
    await cancel();
    await receive('stock.released');
    expect(await status()).toBe('CANCELLED');
    id = await kit.placed();
    await cancel(staff);
    await receive('stock.released');
    expect(await cartOf()).toEqual([]);
  });

  it('opens a cart for them when there is none any more', async () => {
    await kit.prisma.cart.deleteMany();
    await receive('stock.rejected');
    expect(await cartOf()).toEqual([[lamp, 2]]);
  });

  it('does not end when its lines cannot be written, and ends with the next message', async () => {
    await kit.prisma.$executeRaw`ALTER TABLE cart_line ADD CONSTRAINT closed CHECK (quantity < 0) NOT VALID`;
    const rejected = await kit.replyTo(id, 'stock.rejected');
    const messageId = newId('Message');
    await expect(kit.reply(rejected, messageId)).rejects.toThrow();
    expect(await status()).toBe('PLACED');
    await kit.prisma.$executeRaw`ALTER TABLE cart_line DROP CONSTRAINT closed`;
    await kit.reply(rejected, messageId);
    expect([await status(), await cartOf()]).toEqual(['REJECTED', [[lamp, 2]]]);
  });
});

describe('the database itself refuses', () => {
  it.each([
    ['an order in flight without a time-out', `UPDATE customer_order SET step_deadline = NULL`],
    ['a confirmed order that is not paid', `UPDATE customer_order SET status = 'CONFIRMED', step_deadline = NULL`],
    ['a failed order without a reason', `UPDATE customer_order SET status = 'CANCELLED', step_deadline = NULL`],
    ['an undo that leads nowhere', `UPDATE customer_order SET undo = '{stock}'`],
    ['an unknown status', `UPDATE customer_order SET status = 'LOST'`],
    ['a negative total', `UPDATE customer_order SET total_amount = -1`],
    ['history that is rewritten', `UPDATE order_event SET event = 'nothing happened'`],
    ['history that is deleted', `DELETE FROM order_event`],
  ])('%s', async (_, sql) => {
    await expect(kit.prisma.$executeRawUnsafe(sql)).rejects.toThrow();
  });
});
