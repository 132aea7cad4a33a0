/** Streams through whole gateways, over both transports of change notifications, with the client library that browsers use. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LiveFixture, liveFixture, untilStatus } from '#kit/gateway/live-fixture.ts';
import { eventsDatabase } from '#kit/postgres/postgres.ts';
import { redisHere, startRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';

const transports = [
  ...(redisHere() ? [{ variable: 'REDIS_URL', start: startRedis }] : []),
  {
    variable: 'EVENTS_DATABASE_URL',
    start: async () => {
      const { url, dispose } = await eventsDatabase();
      return { url, stop: dispose };
    },
  },
];

describe.each(transports)('live updates ($variable)', ({ variable, start }) => {
  let server: { url: string; stop(): Promise<void> };
  let fixture: LiveFixture;
  beforeAll(async () => {
    server = await start();
    fixture = await liveFixture({ [variable]: server.url }, 2);
  });
  afterAll(async () => {
    await fixture.close();
    await server.stop();
  });

  it('a change reaches the streams of every gateway, and the final one completes them', async () => {
    const order = fixture.anOrder();
    const streams = await Promise.all(fixture.gateways.map((gateway) => fixture.open(order, { gateway })));
    for (const stream of streams) await untilStatus(stream, 'PLACED');
    await fixture.change(order, 'AUTHORIZING');
    for (const stream of streams) await untilStatus(stream, 'AUTHORIZING');
    await fixture.change(order, 'CONFIRMED');
    for (const stream of streams) {
      await until('ended', () => stream.state.ended !== undefined);
      expect(stream.state.ended).toBe('complete');
      expect(stream.statuses()).toEqual(['PLACED', 'AUTHORIZING', 'CONFIRMED']);
    }
  });

  it('a denial ends the streams of every gateway at once', async () => {
    const order = fixture.anOrder();
    const streams = await Promise.all(fixture.gateways.map((gateway) => fixture.open(order, { gateway })));
    for (const stream of streams) await untilStatus(stream, 'PLACED');
    await fixture.deny(order.customerId);
    for (const stream of streams) {
      await until('ended', () => stream.state.ended !== undefined);
      expect(stream.codes()).toEqual(['UNAUTHENTICATED']);
    }
  });

  it('a change notification for all orders reaches all of them', async () => {
    const order = fixture.anOrder();
    const stream = await fixture.open(order);
    await untilStatus(stream, 'PLACED');
    await fixture.change(order, 'AUTHORIZING', { silently: true });
    await fixture.changes.publish({ about: { type: 'Order' } });
    await untilStatus(stream, 'AUTHORIZING');
    stream.close();
  });
});
