/** Streams outlive services: an order is watched while its service dies in the middle of the checkout. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestAgora, type TestAgora } from '#kit/agora/agora.ts';
import { expectOnlyNews, watchOrder } from '#kit/agora/watched-order.ts';
import { redisHere } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { newShopper } from '#launcher/shopper/shopper.ts';
import { placeAll } from './orders-in-flight.ts';

let agora: TestAgora;
beforeAll(async () => {
  // A slow provider, so that the order is still on its way when its service dies.
  agora = await startTestAgora({
    events: redisHere() ? 'redis' : 'postgres',
    env: { SIMULATOR_LATENCY_MS: '1000' },
  });
}, 120_000);
afterAll(() => agora.stop());
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(agora.lastLines());
});

test('kill -9 of order during the checkout: the stream continues and ends with CONFIRMED after the restart', async () => {
  const buyer = await newShopper(agora.gateway);
  const [placed] = await placeAll([buyer], ['tok_approve']);
  const watch = watchOrder(agora.gateway, buyer.accessToken, placed?.orderId ?? '');
  await until('the payment is under way', () => watch.orders.some(({ status }) => status === 'AUTHORIZING'), 30_000);
  await agora.kill('order');
  await agora.restart('order');
  expect(await watch.ended).toBe('complete');
  expectOnlyNews(watch.orders);
  expect(watch.orders.at(-1)).toMatchObject({ status: 'CONFIRMED', isFinal: true });
  expect(watch.codes).toEqual([]);
});

test('kill -9 of the gateway cuts the stream, and a new one after the restart shows the outcome', async () => {
  const buyer = await newShopper(agora.gateway);
  const [placed] = await placeAll([buyer], ['tok_approve']);
  const cut = watchOrder(agora.gateway, buyer.accessToken, placed?.orderId ?? '');
  await until('something is seen', () => cut.orders.length > 0, 30_000);
  await agora.kill('gateway');
  expect(await cut.ended).toBe('broken');
  await agora.restart('gateway');
  const again = watchOrder(agora.gateway, buyer.accessToken, placed?.orderId ?? '');
  expect(await again.ended).toBe('complete');
  expect(again.orders.at(-1)?.status).toBe('CONFIRMED');
});
