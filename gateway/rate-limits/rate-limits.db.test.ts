import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { redisHere, startRedis, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';

describe.runIf(redisHere())('rate limits of two gateways with one Redis', () => {
  let server: TestRedis;
  let link: BreakableLink;
  let gateways: GatewayFixture[];

  beforeEach(async () => {
    server = await startRedis();
    link = await breakableLink(server.url);
    const start = (url: string) =>
      aGateway({
        REDIS_URL: url,
        RATE_LIMIT_GUEST_COST: '3',
      });
    gateways = [await start(link.url), await start(server.url)];
    for (const gateway of gateways) await until('connected', async () => (await redisOf(gateway)) === 'up');
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.close();
    await link.close();
    await server.stop();
  });

  const redisOf = async ({ url }: GatewayFixture) =>
    ((await (await fetch(`${url}/health/ready`)).json()) as { redis: string }).redis;
  const ask = async (gateway: GatewayFixture | undefined) => (await gateway?.ask('{ __typename }'))?.status;

  it('are shared', async () => {
    const [one, other] = gateways;
    const statuses = [];
    for (const gateway of [one, other, one, other, one]) statuses.push(await ask(gateway));
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it("live beside the queue's keys and expire", async () => {
    await ask(gateways[0]);
    const redis = new Redis(server.url);
    const keys = await redis.keys('agora:gateway:rate:*');
    const ttl = await redis.ttl('agora:gateway:rate:guest:127.0.0.1');
    redis.disconnect();
    expect(keys).toEqual(['agora:gateway:rate:guest:127.0.0.1']);
    expect(ttl).toBeGreaterThan(0);
  });

  it('apply per gateway while Redis is down, and refuse nobody for it', async () => {
    const [one] = gateways;
    expect(await ask(one)).toBe(200);
    await link.cut();
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push(await ask(one));
    // Its own count begins anew: it cannot know what was taken.
    expect(statuses).toEqual([200, 200, 200, 429]);

    await link.restore();
    await until('Redis is back', async () => (await ask(one)) === 200);
  });

  it('an unresponsive Redis delays the first requests and fails none', async () => {
    link.silence();
    const [one] = gateways;
    expect(await Promise.all([ask(one), ask(one)])).toEqual([200, 200]);
  });
});
