import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '#kit/observability/recorded-log.ts';
import { eventsDatabase } from '#kit/postgres/postgres.ts';
import { redisHere, startRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import {
  type ChangeNotification,
  type ChangeNotifications,
  createChangeNotifications,
} from './change-notifications.ts';

const transports = {
  redis: { here: redisHere(), start: startRedis, variable: 'REDIS_URL' },
  postgres: {
    here: true,
    start: async () => {
      const { url, dispose } = await eventsDatabase();
      return { url, stop: dispose };
    },
    variable: 'EVENTS_DATABASE_URL',
  },
};

const lamp = (version: number): ChangeNotification => ({ about: { type: 'Product', id: 'lamp' }, version });

describe.each(Object.values(transports).filter(({ here }) => here))('change notifications ($variable)', (transport) => {
  let server: { url: string; stop(): Promise<void> };
  let link: BreakableLink;
  let log: RecordedLog;
  let opened: ChangeNotifications[];

  const open = (url = server.url): ChangeNotifications => {
    const changes = createChangeNotifications({ [transport.variable]: url }, log.log);
    opened.push(changes);
    return changes;
  };
  /** A process that listens. `gaps` counts how often it may have missed some. */
  const listener = async (url?: string) => {
    const changes = open(url);
    const heard: ChangeNotification[] = [];
    const seen = { heard, gaps: 0, changes };
    const stop = changes.subscribe(
      (change) => heard.push(change),
      () => seen.gaps++,
    );
    await until('listening', changes.isSubscribed);
    return Object.assign(seen, { stop });
  };

  beforeEach(async () => {
    server = await transport.start();
    link = await breakableLink(server.url);
    log = recordedLog();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((changes) => changes.close()));
    await link.close();
    await server.stop();
  });

  it('reach every subscribed process, in order', async () => {
    const [one, two] = [await listener(), await listener()];
    const teller = open();
    for (const version of [1, 2, 3]) await teller.publish(lamp(version));
    await until('all heard', () => one.heard.length === 3 && two.heard.length === 3);
    expect(one.heard).toEqual([lamp(1), lamp(2), lamp(3)]);
    expect(two.heard).toEqual(one.heard);
  });

  it('end for a subscriber that has unsubscribed, and continue for the others of its process', async () => {
    const one = await listener();
    const other: ChangeNotification[] = [];
    one.changes.subscribe((change) => other.push(change));
    one.stop();
    await open().publish(lamp(1));
    await until('heard by the other', () => other.length === 1);
    expect(one.heard).toEqual([]);
  });

  it('report a gap to a subscriber at the start, and after an absence', async () => {
    const one = await listener(link.url);
    await until('told at the start', () => one.gaps === 1);
    await link.cut();
    await until('noticed', () => !one.changes.isSubscribed());
    await open().publish(lamp(1));
    await link.restore();
    await until('told again', () => one.gaps === 2, 10_000);
    await open().publish(lamp(2));
    await until('heard again', () => one.heard.length > 0);
    expect(one.heard).toEqual([lamp(2)]);
    expect(log.saying('away')).toHaveLength(1);
  });

  it('notice a connection that has died silently', async () => {
    const one = await listener(link.url);
    link.silence();
    await until('told of the gap', () => one.gaps === 2, 30_000);
    await open().publish(lamp(1));
    await until('heard again', () => one.heard.length === 1);
  });

  it('cannot be published while the server is away, and can again when it is back', async () => {
    const teller = open(link.url);
    await teller.publish(lamp(1));
    await link.cut();
    await expect(teller.publish(lamp(2))).rejects.toThrow();
    await link.restore();
    const told = () =>
      teller.publish(lamp(3)).then(
        () => true,
        () => false,
      );
    await until('told', told, 10_000);
  });
});

describe('change notifications in the format of another release', () => {
  it.runIf(redisHere())('count as a gap: something has changed', async () => {
    const server = await startRedis();
    const { log } = recordedLog();
    const changes = createChangeNotifications({ REDIS_URL: server.url }, log);
    let gaps = 0;
    changes.subscribe(
      () => expect.unreachable(),
      () => gaps++,
    );
    await until('listening', changes.isSubscribed);
    const { Redis } = await import('ioredis');
    const redis = new Redis(server.url);
    await redis.publish('agora:changes', '{"subject":"lamp"}');
    await until('taken for a gap', () => gaps === 2);
    redis.disconnect();
    await changes.close();
    await server.stop();
  });
});

describe('change notifications without a transport', () => {
  it('stay within the process', async () => {
    const changes = createChangeNotifications({}, recordedLog().log);
    const heard: ChangeNotification[] = [];
    changes.subscribe((change) => heard.push(change));
    await changes.publish(lamp(1));
    expect(heard).toEqual([lamp(1)]);
  });
});
