import { afterEach, describe, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { redisHere, startRedis, type TestRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { connectRedis, type RedisConnection } from './client.ts';

describe.runIf(redisHere())('a connection to Redis', () => {
  let server: TestRedis;
  let link: BreakableLink;
  let log: RecordedLog;
  let connection: RedisConnection;

  const connect = async () => {
    server = await startRedis();
    link = await breakableLink(server.url);
    log = recordedLog();
    connection = connectRedis(link.url, log.log, 'test');
  };

  afterEach(async () => {
    connection.close();
    await link.close();
    await server.stop();
  });

  it('fails commands while Redis is away, and serves them once it is back, with one log line for each', async () => {
    await connect();
    await until('connected', connection.isUp);
    expect(await connection.redis.ping()).toBe('PONG');

    await link.cut();
    await until('noticed', () => !connection.isUp());
    for (let attempt = 0; attempt < 3; attempt++) await expect(connection.redis.ping()).rejects.toThrow();
    await link.restore();
    await until('back', connection.isUp);
    expect(await connection.redis.ping()).toBe('PONG');
    expect(log.lines.map(({ msg }) => msg)).toEqual([
      'Redis (test) is away; it is tried until it is back',
      'Redis (test) is back',
    ]);
  });

  it('gives up a connection that has gone silent, so that only the first commands wait', async () => {
    await connect();
    await until('connected', connection.isUp);
    link.silence();
    await expect(connection.redis.ping()).rejects.toThrow();
    const answers = () =>
      connection.redis.ping().then(
        () => true,
        () => false,
      );
    await until('a connection that answers', answers);
    expect(log.saying('away')).toHaveLength(1);
  });

  it('says nothing when it is closed on purpose', async () => {
    await connect();
    await until('connected', connection.isUp);
    connection.close();
    await until('ended', () => connection.redis.status === 'end');
    expect(log.lines).toEqual([]);
  });

  it('subscribes again by itself after an absence', async () => {
    await connect();
    await until('connected', connection.isUp);
    const heard: string[] = [];
    connection.redis.on('message', (_, text) => heard.push(text));
    await connection.redis.subscribe('news');
    await link.cut();
    await until('noticed', () => !connection.isUp());
    await link.restore();
    const publisher = connectRedis(server.url, log.log, 'publisher');
    await until('heard', async () => {
      if (publisher.isUp()) await publisher.redis.publish('news', 'hello');
      return heard.includes('hello');
    });
    publisher.close();
  });
});
