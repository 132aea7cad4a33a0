/** Redis loses everything it has accepted (a power cut, a FLUSHALL): messages are sent again and take effect once. */
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startTestAgora } from '#kit/agora/agora.ts';
import { expectCleanAudit } from '#kit/agora/clean-audit.ts';
import { redisHere } from '#kit/redis/redis.ts';
import { audit } from '#ops/audit/audit.ts';
import { violatedRules } from '#ops/audit/report.ts';
import { republish } from '#ops/republish.ts';
import { databaseNames } from '#ops/services.ts';
import { buyersOf, ordersEnd, type Placed, placeAll } from './orders-in-flight.ts';

test.skipIf(!redisHere())('messages that Redis has lost are sent again and take effect once', async () => {
  const agora = await startTestAgora({ events: 'redis' });
  try {
    const buyers = await buyersOf(agora.gateway, 3);
    const since = new Date();
    await agora.kill('payment');
    const placed = await placeAll(buyers, ['tok_approve']);
    const allStatuses = () => Promise.all(placed.map(statusOf));
    await expect.poll(allStatuses, { timeout: 20_000 }).toEqual(placed.map(() => 'AUTHORIZING'));
    // Until the relay has handed on the last command, which now waits for payment in Redis alone.
    await expect
      .poll(async () => violatedRules(await audit(agora.databaseUrls, 0)), { timeout: 20_000 })
      .toEqual(['messages-are-processed']);

    const redis = new Redis(agora.environment.REDIS_URL ?? '');
    await redis.flushall();
    redis.disconnect();
    await agora.restart('payment');
    expect(violatedRules(await audit(agora.databaseUrls, 0))).toEqual(['messages-are-processed']);

    for (const name of databaseNames) await republish(agora.databaseUrls[name], since);
    await ordersEnd(placed);
    await expectCleanAudit(agora.databaseUrls);
  } finally {
    await agora.stop();
  }
});

/** Without the payments, which are away. */
const statusOf = async ({ buyer, orderId }: Placed): Promise<string | undefined> => {
  const query = 'query ($id: ID!) { order(id: $id) { status } }';
  const { order } = await buyer.client.ask<{ order: { status: string } | null }, { id: string }>(query, {
    id: orderId,
  });
  return order?.status;
};
