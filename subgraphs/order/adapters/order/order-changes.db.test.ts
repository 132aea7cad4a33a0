import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { type OrderTestApp, orderTestApp } from '#kit/order/app.ts';
import { until } from '#kit/vitest/until.ts';
import type { ChangeNotification, ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { publishOrderChanges } from './order-changes.ts';

let kit: OrderTestApp;
let published: ChangeNotification[];
let isAway: boolean;
let refused: number;
let publisher: { close(): Promise<void> };

/** Records what is published, or is away. */
const changes: ChangeNotifications = {
  publish: async (change) => {
    if (isAway) {
      refused++;
      throw new Error('away');
    }
    published.push(change);
  },
  subscribe: () => () => undefined,
  isSubscribed: () => false,
  refusal: () => undefined,
  close: async () => undefined,
};
const anyOrder: ChangeNotification = { about: { type: 'Order' } };

beforeEach(async () => {
  kit = await orderTestApp();
  await kit.offer({ name: 'lamp' });
  published = [];
  isAway = false;
  refused = 0;
  publisher = publishOrderChanges(kit.databaseUrl, changes, recordedLog().log);
  await until('listening', () => published.length === 1);
});
afterEach(async () => {
  await publisher.close();
  await kit[Symbol.asyncDispose]();
});

it('publishes every change of an order with the version it made, and at the start that any may have changed', async () => {
  const id = await kit.placed();
  for (const reply of ['stock.reserved', 'payment.action-required', 'payment.declined'] as const)
    await kit.reply(await kit.replyTo(id, reply));
  await until('three changes', () => published.length === 4);
  expect(published).toEqual([anyOrder, ...[2, 3, 4].map((version) => ({ about: { type: 'Order', id }, version }))]);
});

it('publishses that any order may have changed once it can, when a change could not be published', async () => {
  const id = await kit.placed();
  isAway = true;
  await kit.reply(await kit.replyTo(id, 'stock.reserved'));
  await until('a refusal', () => refused > 0);
  isAway = false;
  await until('published', () => published.length === 2);
  expect(published[1]).toEqual(anyOrder);
});

it('publishses that any order may have changed when it has not listened for a while', async () => {
  await kit.prisma.$queryRaw`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND query = 'LISTEN "order_changed"'`;
  await until('published', () => published.length === 2, 10_000);
  expect(published[1]).toEqual(anyOrder);
});
