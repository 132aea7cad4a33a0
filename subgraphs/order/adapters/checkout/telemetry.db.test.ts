import { afterEach, beforeEach, expect, it } from 'vitest';
import { seriesOf } from '#kit/observability/series.ts';
import { type OrderTestApp, orderTestApp } from '#kit/order/app.ts';
import { Registry } from '#platform/observability/metrics.ts';
import { measureCheckouts } from './telemetry.ts';

let kit: OrderTestApp;
let look: () => Promise<Record<string, number>>;
beforeEach(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
  const registry = new Registry();
  measureCheckouts(registry, kit.prisma);
  look = () => seriesOf(registry);
});
afterEach(() => kit[Symbol.asyncDispose]());

const inCheckout = (status: string) => `agora_orders_in_checkout{status="${status}"}`;

it('is all zeros in a shop without orders', async () => {
  expect(await look()).toEqual({
    [inCheckout('PLACED')]: 0,
    [inCheckout('AUTHORIZING')]: 0,
    [inCheckout('COMMITTING')]: 0,
    [inCheckout('CAPTURING')]: 0,
    [inCheckout('PAYMENT_FAILED')]: 0,
    [inCheckout('COMPENSATING')]: 0,
    agora_orders_needing_attention: 0,
    agora_order_most_overdue_seconds: 0,
  });
});

it('counts the orders that are under way, and those that need an operator', async () => {
  await kit.placed();
  const authorizing = await kit.placed();
  await kit.reply(await kit.replyTo(authorizing, 'stock.reserved'));
  const rejected = await kit.placed();
  await kit.reply(await kit.replyTo(rejected, 'stock.rejected'));
  const parked = await kit.placed();
  await kit.prisma.$executeRaw`UPDATE customer_order SET status = 'NEEDS_ATTENTION', step_deadline = NULL,
    undo = '{stock}', heading = 'CANCELLED', failure = '{}' WHERE id = ${parked}`;
  expect(await look()).toMatchObject({
    [inCheckout('PLACED')]: 1,
    [inCheckout('AUTHORIZING')]: 1,
    agora_orders_needing_attention: 1,
    agora_order_most_overdue_seconds: 0,
  });
});

it('measures how long the most overdue order has been overdue', async () => {
  for (const seconds of [30, 90]) {
    const id = await kit.placed();
    const due = new Date(Date.now() - seconds * 1_000);
    await kit.prisma.order.update({ where: { id }, data: { stepDeadline: due } });
  }
  const { agora_order_most_overdue_seconds: overdue } = await look();
  expect(overdue).toBeGreaterThanOrEqual(90);
});

it('reads indexes only, however many orders have ended', async () => {
  await kit.prisma.$executeRaw`
    INSERT INTO customer_order (id, number, customer_id, currency, total_amount, placed_at, expires_at, version, status,
                                attempt_id, attempt_number, payment_status, step_sends, undo)
    SELECT 'ord_' || n, 'AG-' || n, 'usr_1', 'EUR', 100, now(), now(), 1, 'CONFIRMED', 'att_' || n, 1, 'PAID', 1, '{}'
      FROM generate_series(1, 20000) AS n`;
  await kit.prisma.$executeRaw`ANALYZE customer_order`;
  await look();
  const sent = kit.statements.find((sql) => sql.includes('overdueSeconds')) ?? '';
  const plan = await kit.prisma.$queryRawUnsafe<unknown[]>(`EXPLAIN ${sent}`, [
    'PLACED',
    'AUTHORIZING',
    'NEEDS_ATTENTION',
  ]);
  expect(JSON.stringify(plan)).toContain('customer_order_status_id_idx');
  expect(JSON.stringify(plan)).not.toContain('Seq Scan');
});
