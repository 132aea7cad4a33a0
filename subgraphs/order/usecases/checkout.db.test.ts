import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, type OrderId } from '../../../contracts/ids.ts';
import { customer, type OrderTestApp, orderTestApp, staff } from '../../../tests/kit/order-app.ts';
import { aReply } from '../../../tests/kit/order-builders.ts';
import type { Reply } from '../domain/checkout-events.ts';
import { defaultTimings, reservationTtlMs } from '../domain/timings.ts';

let kit: OrderTestApp;
let id: OrderId;

beforeAll(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  id = await kit.placed();
});

const tell = async (...types: Reply['type'][]) => {
  for (const type of types) await kit.reply(await kit.replyTo(id, type));
};
const status = async () => (await kit.rowOf(id)).status;
const timeline = async () =>
  (await kit.prisma.orderEvent.findMany({ where: { orderId: id }, orderBy: { version: 'asc' } })).map(
    ({ event, status }) => `${event} → ${status}`,
  );
const cancel = (viewer = customer(), idempotencyKey = newId('Message')) =>
  kit.app.commands.cancelOrder({ viewer, orderId: id, idempotencyKey });
const pay = (viewer = customer(), idempotencyKey = newId('Message')) =>
  kit.app.commands.payOrder({ viewer, orderId: id, paymentMethodToken: 'tok_other', idempotencyKey });

const toConfirmed = ['stock.reserved', 'payment.authorized', 'stock.committed', 'payment.captured'] as const;
const toPaymentFailed = ['stock.reserved', 'payment.declined', 'stock.released'] as const;

describe('a checkout over the queue', () => {
  it('goes from PLACED to CONFIRMED', async () => {
    await tell(...toConfirmed);
    expect(await kit.rowOf(id)).toMatchObject({
      status: 'CONFIRMED',
      paymentStatus: 'PAID',
      version: 5,
      failure: null,
    });
    expect(await timeline()).toEqual([
      'placed → PLACED',
      'stock.reserved → AUTHORIZING',
      'payment.authorized → COMMITTING',
      'stock.committed → CAPTURING',
      'payment.captured → CONFIRMED',
    ]);
    expect(await kit.sent(id)).toEqual([
      ...['order.placed', 'stock.reserve', 'payment.authorize', 'stock.commit', 'payment.capture'],
      'order.confirmed',
    ]);
  });

  it('takes every message once, also when twelve copies come at the same moment', async () => {
    const reserved = await kit.replyTo(id, 'stock.reserved');
    const messageId = newId('Message');
    await Promise.all(Array.from({ length: 12 }, () => kit.reply(reserved, messageId)));
    expect(await kit.rowOf(id)).toMatchObject({ status: 'AUTHORIZING', version: 2 });
    expect(await kit.sent(id)).toEqual(['order.placed', 'stock.reserve', 'payment.authorize']);
  });

  it('takes the same news in different messages once', async () => {
    await tell('stock.reserved', 'stock.reserved', 'payment.authorized', 'stock.reserved', 'payment.authorized');
    expect(await kit.rowOf(id)).toMatchObject({ status: 'COMMITTING', version: 3 });
  });

  it('comes to one consistent end when all replies come at once', async () => {
    const replies = await Promise.all(
      (['stock.reserved', 'stock.rejected', 'payment.authorized'] as const).map((type) => kit.replyTo(id, type)),
    );
    await Promise.all(replies.map((reply) => kit.reply(reply)));
    const { version } = await kit.rowOf(id);
    expect(await timeline()).toHaveLength(version);
    expect(['AUTHORIZING', 'COMMITTING', 'REJECTED']).toContain(await status());
  });

  it('forgets the payment method once it is handed on', async () => {
    await tell('stock.reserved');
    expect(await kit.rowOf(id)).toMatchObject({ paymentMethodToken: null });
  });

  it('refuses loudly a reply about an order that does not exist', async () => {
    const unknown = aReply('stock.reserved', { orderId: newId('Order') });
    await expect(kit.reply(unknown)).rejects.toThrow('does not exist');
  });
});

describe('a declined payment', () => {
  beforeEach(() => tell(...toPaymentFailed));

  it('can be tried again under a new attempt, and then goes through', async () => {
    const before = await kit.rowOf(id);
    expect(before).toMatchObject({
      status: 'PAYMENT_FAILED',
      paymentStatus: 'DECLINED',
      stepDeadline: before.expiresAt,
    });
    expect(await pay()).toEqual({ ok: true, value: id });
    expect(await kit.rowOf(id)).toMatchObject({ status: 'PLACED', attemptNumber: 2, failure: null });
    await tell(...toConfirmed);
    expect(await status()).toBe('CONFIRMED');
  });

  it('begins one attempt for ten submits at once, with one key or with ten', async () => {
    const same = await Promise.all(Array.from({ length: 10 }, () => pay(customer(), 'one' as never)));
    expect(same.every(({ ok }) => ok)).toBe(true);
    const others = await Promise.all(Array.from({ length: 10 }, () => pay()));
    expect(others.every((it) => !it.ok && it.failure.kind === 'OrderNotPayable')).toBe(true);
    expect(await kit.prisma.attempt.count({ where: { orderId: id } })).toBe(2);
  });

  it('undoes what the attempt before turns out to hold, and goes on undisturbed', async () => {
    const late = await kit.replyTo(id, 'payment.authorized');
    await pay();
    await kit.reply(late);
    expect((await kit.sent(id)).slice(-2)).toEqual(['stock.reserve', 'payment.cancel']);
    expect(await status()).toBe('PLACED');
  });

  it('can be given up', async () => {
    expect(await cancel()).toMatchObject({ ok: true });
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', failure: { reason: 'CUSTOMER' } });
  });
});

describe('cancelling', () => {
  it('gives back money and goods of a confirmed order', async () => {
    await tell(...toConfirmed);
    expect(await cancel(staff)).toMatchObject({ ok: true });
    expect(await status()).toBe('COMPENSATING');
    await kit.reply(await kit.replyTo(id, 'payment.cancelled', { outcome: 'REFUNDED' }));
    await tell('stock.released');
    expect(await kit.rowOf(id)).toMatchObject({
      status: 'CANCELLED',
      paymentStatus: 'REFUNDED',
      failure: { kind: 'OrderCancelled', reason: 'STAFF' },
    });
    expect((await kit.sent(id)).slice(-3)).toEqual(['payment.cancel', 'stock.release', 'order.cancelled']);
  });

  it('happens once for ten wishes at once', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => cancel()));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((it) => !it.ok && it.failure.kind === 'OrderNotCancellable')).toHaveLength(9);
    expect(await kit.sent(id)).toEqual(['order.placed', 'stock.reserve', 'stock.release']);
  });

  it('answers a retry as before, also when the order is over by then', async () => {
    const first = await cancel(customer(), 'again' as never);
    await tell('stock.released');
    expect(await cancel(customer(), 'again' as never)).toEqual(first);
  });

  it("is not possible for a stranger, who is told nothing of the order's existence", async () => {
    await expect(cancel(customer('eve'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pay(customer('eve'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await status()).toBe('PLACED');
  });
});

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
    await tell(...toPaymentFailed);
    kit.advance(defaultTimings.waitMs.expiry);
    expect(await pay()).toMatchObject({ ok: false, failure: { kind: 'OrderNotPayable' } });
    await kit.app.commands.sweepDeadlines();
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', failure: { reason: 'EXPIRED' } });
  });

  it('calls a person after the last try at an undo, who can begin it again', async () => {
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
    expect(await resume()).toMatchObject({ failure: { kind: 'OrderNotParked' } });
    await tell('stock.released');
    expect(await status()).toBe('CANCELLED');
  });

  it('asks for stock until after all that may come before its sale', async () => {
    const reserve = await kit.prisma.outboxMessage.findFirstOrThrow({
      where: { aggregateId: id, type: 'stock.reserve' },
    });
    const { expiresAt } = reserve.data as { expiresAt: string };
    const { placedAt } = await kit.rowOf(id);
    expect(Date.parse(expiresAt) - placedAt.getTime()).toBeGreaterThanOrEqual(reservationTtlMs(defaultTimings));
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
