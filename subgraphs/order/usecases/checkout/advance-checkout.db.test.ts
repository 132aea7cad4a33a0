import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MessageId, newId, type OrderId } from '#contracts/ids.ts';
import { money } from '#contracts/money.ts';
import { customer, type OrderTestApp, orderTestApp, staff } from '#kit/order/app.ts';
import { aReply, totals } from '#kit/order/builders.ts';
import type { Reply } from '../../domain/checkout/messages.ts';

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

const receive = async (...types: Reply['type'][]) => {
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
    await receive(...toConfirmed);
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
    await receive('stock.reserved', 'stock.reserved', 'payment.authorized', 'stock.reserved', 'payment.authorized');
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

  it('stops for an operator when the captured amount is not the requested one, and can be undone then', async () => {
    await receive('stock.reserved', 'payment.authorized', 'stock.committed');
    await kit.reply(await kit.replyTo(id, 'payment.captured', { amount: money(1, 'EUR') }));
    expect(await kit.rowOf(id)).toMatchObject({ status: 'NEEDS_ATTENTION', undo: ['payment', 'stock'] });
    expect((await kit.sent(id)).at(-1)).toBe('order.needs-attention');
    expect(kit.alarms.at(-1)).toContain('0.01 EUR was captured');
    await kit.app.commands.resumeOrder({ viewer: staff, orderId: id, idempotencyKey: newId('Message') });
    expect(await kit.prisma.outboxMessage.findFirst({ where: { type: 'staff.acted' } })).toMatchObject({
      data: { actorId: staff.id, action: 'resumeOrder', subject: { type: 'Order', id }, customerId: customer().id },
    });
    const back = { outcome: 'REFUNDED', refunded: money(1, 'EUR') } as const;
    await kit.reply(await kit.replyTo(id, 'payment.cancelled', back));
    await receive('stock.released');
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', failure: { reason: 'PAYMENT_MISMATCH' } });
  });

  it('forgets the payment method once it is handed on', async () => {
    await receive('stock.reserved');
    expect(await kit.rowOf(id)).toMatchObject({ paymentMethodToken: null });
  });

  it('refuses loudly a reply about an order that does not exist', async () => {
    const unknown = aReply('stock.reserved', { orderId: newId('Order') });
    await expect(kit.reply(unknown)).rejects.toThrow('does not exist');
  });

  it('takes note that nothing is left of the payment of an order that was lost', async () => {
    await kit.reply(aReply('payment.cancelled', { orderId: newId('Order') }));
  });
});

describe('a declined payment', () => {
  beforeEach(() => receive(...toPaymentFailed));

  it('can be tried again under a new attempt, and then goes through', async () => {
    const before = await kit.rowOf(id);
    expect(before).toMatchObject({
      status: 'PAYMENT_FAILED',
      paymentStatus: 'DECLINED',
      stepDeadline: before.expiresAt,
    });
    expect(await pay()).toEqual({ ok: true, value: id });
    expect(await kit.rowOf(id)).toMatchObject({ status: 'PLACED', attemptNumber: 2, failure: null });
    await receive(...toConfirmed);
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

  it('is not tried again by staff with a card of their own', async () => {
    await expect(pay(staff)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await kit.rowOf(id)).toMatchObject({ status: 'PAYMENT_FAILED', attemptNumber: 1 });
  });

  it('can be given up', async () => {
    expect(await cancel()).toMatchObject({ ok: true });
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', failure: { reason: 'CUSTOMER' } });
  });
});

describe('cancelling', () => {
  it('gives back money and goods of a confirmed order', async () => {
    await receive(...toConfirmed);
    expect(await cancel(staff)).toMatchObject({ ok: true });
    expect(await status()).toBe('COMPENSATING');
    const back = { refunded: money(3_998, 'EUR'), totals: totals(3_998, 3_998), sequence: 3 };
    await kit.reply(await kit.replyTo(id, 'payment.cancelled', { outcome: 'REFUNDED', ...back }));
    await receive('stock.released');
    expect(await kit.rowOf(id)).toMatchObject({
      status: 'CANCELLED',
      paymentStatus: 'REFUNDED',
      failure: { kind: 'OrderCancelled', reason: 'STAFF' },
    });
    const told = ['payment.cancel', 'stock.release', 'order.refunded', 'order.cancelled'];
    expect((await kit.sent(id)).slice(-4)).toEqual(told);
  });

  it('happens once for ten requests at once', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => cancel()));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((it) => !it.ok && it.failure.kind === 'OrderNotCancellable')).toHaveLength(9);
    expect(await kit.sent(id)).toEqual(['order.placed', 'stock.reserve', 'stock.release']);
  });

  it('answers a retry as before, also when the order is over by then', async () => {
    const first = await cancel(customer(), 'again' as never);
    await receive('stock.released');
    expect(await cancel(customer(), 'again' as never)).toEqual(first);
  });

  it('is not possible for a stranger, who does not learn that the order exists', async () => {
    await expect(cancel(customer('eve'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pay(customer('eve'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await status()).toBe('PLACED');
  });
});

describe('money that somebody else moves', () => {
  const events = () => kit.prisma.orderEvent.findMany({ where: { orderId: id }, orderBy: { version: 'asc' } });
  const refunded = async (cents: number, sequence: number, messageId?: MessageId) =>
    kit.reply(
      await kit.replyTo(id, 'payment.refunded', {
        ...{ amount: money(cents, 'EUR'), totals: totals(3_998, cents), sequence },
      }),
      messageId,
    );

  it('is on the order and its timeline, and told to others once, however often and late the message comes', async () => {
    await receive(...toConfirmed);
    const message = newId('Message');
    await refunded(1_500, 4, message);
    await refunded(1_500, 4, message);
    await refunded(1_000, 3);
    expect(await kit.rowOf(id)).toMatchObject({
      ...{ status: 'CONFIRMED', paymentStatus: 'PARTIALLY_REFUNDED' },
      ...{ paymentCaptured: 3_998, paymentRefunded: 1_500, paymentSequence: 4 },
    });
    expect((await events()).slice(-2)).toMatchObject([
      { event: 'payment.refunded', amount: 1_500 },
      { event: 'payment.refunded', amount: 1_000 },
    ]);
    const told = await kit.prisma.outboxMessage.findMany({ where: { aggregateId: id, type: 'order.refunded' } });
    expect(told).toMatchObject([{ data: { amount: { amount: 1_500 }, refundedTotal: { amount: 1_500 } } }]);
  });

  it('is undone where the order has ended, and does not end up as paid', async () => {
    await receive(...toPaymentFailed);
    await cancel();
    await kit.reply(await kit.replyTo(id, 'payment.captured', { sequence: 2 }));
    expect((await kit.sent(id)).at(-1)).toBe('payment.cancel');
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CANCELLED', paymentStatus: 'PAID' });
  });

  it('in an amount that cannot be calls an operator, and changes nothing else', async () => {
    await receive(...toConfirmed);
    const before = kit.alarms.length;
    await kit.reply(await kit.replyTo(id, 'payment.captured', { totals: totals(7_996), sequence: 3 }));
    expect(kit.alarms.slice(before)).toEqual(['79.96 EUR was captured, and the order comes to 39.98 EUR']);
    expect(await kit.rowOf(id)).toMatchObject({ status: 'CONFIRMED', paymentStatus: 'PAID', paymentCaptured: 3_998 });
  });

  it('may be more than the total, if an operator has stopped the order for that and it goes back', async () => {
    await receive('stock.reserved', 'payment.authorized', 'stock.committed');
    const twice = { amount: money(7_996, 'EUR'), totals: totals(7_996), sequence: 2 };
    await kit.reply(await kit.replyTo(id, 'payment.captured', twice));
    expect(await status()).toBe('NEEDS_ATTENTION');
    await kit.app.commands.resumeOrder({ viewer: staff, orderId: id, idempotencyKey: 'resume' });
    const back = { refunded: money(7_996, 'EUR'), totals: totals(7_996, 7_996), sequence: 3 };
    await kit.reply(await kit.replyTo(id, 'payment.cancelled', { outcome: 'REFUNDED', ...back }));
    await receive('stock.released');
    expect(await kit.rowOf(id)).toMatchObject({
      status: 'CANCELLED',
      paymentStatus: 'REFUNDED',
      paymentCaptured: 7_996,
    });
  });
});

describe("a payment method's token", () => {
  const tokensSent = async () =>
    (
      await kit.prisma.outboxMessage.findMany({
        where: { aggregateId: id, type: 'payment.authorize' },
        orderBy: { sequence: 'asc' },
      })
    ).map(({ data }) => (data as { paymentMethodToken: string }).paymentMethodToken);

  it('is kept until payment has answered, for the command may have to be published again', async () => {
    await receive('stock.reserved');
    await kit.app.commands.erasePaymentTokens();
    expect(await tokensSent()).toEqual(['tok_approve']);
    await receive('payment.action-required');
    expect(await kit.app.commands.erasePaymentTokens()).toBeGreaterThan(0);
    expect(await tokensSent()).toEqual(['erased']);
    expect(await kit.app.commands.erasePaymentTokens()).toBe(0);
  });

  it.each([
    ['authorized', ['stock.reserved', 'payment.authorized']],
    ['declined', ['stock.reserved', 'payment.declined']],
  ] as const)('goes when the payment is %s', async (_, replies) => {
    await receive(...replies);
    await kit.app.commands.erasePaymentTokens();
    expect(await tokensSent()).toEqual(['erased']);
  });

  it('goes when the money is awaited', async () => {
    await receive('stock.reserved', 'payment.awaiting-funds');
    await kit.app.commands.erasePaymentTokens();
    expect(await tokensSent()).toEqual(['erased']);
  });

  it('of an earlier attempt goes, and that of the next one stays', async () => {
    await receive(...toPaymentFailed);
    await pay();
    await receive('stock.reserved');
    await kit.app.commands.erasePaymentTokens();
    expect(await tokensSent()).toEqual(['erased', 'tok_other']);
  });
});
