import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Envelope } from '#contracts/envelope.ts';
import type { EventsConfig } from '#platform/config/config.ts';
import type { Bus } from '#platform/messaging/bus/bus.ts';
import { type BusLimits, busLimits } from '#platform/messaging/bus/bus.ts';
import { createBus, migrateBus } from '#platform/messaging/bus/create-bus.ts';
import { type BreakableLink, breakableLink } from '../network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '../observability/recorded-log.ts';
import { eventsDatabase } from '../postgres/postgres.ts';
import { redisHere, startRedis } from '../redis/redis.ts';

/** The same behaviour in less time than production takes over it. */
export const fastLimits: BusLimits = {
  ...busLimits,
  tries: 3,
  retryBaseMs: 40,
  retryCapMs: 100,
  outageBaseMs: 40,
  outageCapMs: 100,
  outageRestMs: 20,
  lockMs: 1_000,
  stalledCheckMs: 300,
  publishDeadlineMs: 1_000,
};

const transports = {
  redis: {
    here: redisHere,
    start: startRedis,
    config: (url: string): EventsConfig => ({ REDIS_URL: url }),
  },
  postgres: {
    here: () => true,
    start: async () => {
      const { url, dispose } = await eventsDatabase();
      await migrateBus(url);
      return { url, stop: dispose };
    },
    config: (url: string): EventsConfig => ({ EVENTS_DATABASE_URL: url }),
  },
};

export interface Transport {
  /** A bus over a link that the test can cut. Each test has its own. */
  readonly bus: Bus;
  readonly link: BreakableLink;
  readonly recorded: RecordedLog;
  /** A name no other test uses. */
  readonly queue: string;
  /** How to reach the server past the link. */
  readonly config: EventsConfig;
  /** Another bus, as another process would have it: past the link, or over it. */
  another(options?: { overLink?: boolean; limits?: Partial<BusLimits> }): Promise<Bus>;
  publish(...messages: Envelope[]): Promise<void>;
  /** Nothing waiting, in hand or put off. */
  isIdle(): Promise<boolean>;
}

/** Runs the same tests over Redis and over PostgreSQL. */
export const eachTransport = (what: string, tests: (transport: Transport) => void): void => {
  for (const [name, { here, start, config }] of Object.entries(transports)) {
    describe.skipIf(!here())(`${what} over ${name}`, () => {
      let server: Awaited<ReturnType<typeof start>>;
      let now: Pick<Transport, 'bus' | 'link' | 'recorded' | 'queue'>;
      let others: Bus[] = [];
      let count = 0;

      beforeAll(async () => {
        server = await start();
      });
      afterAll(() => server.stop());
      beforeEach(async () => {
        const recorded = recordedLog();
        const link = await breakableLink(server.url);
        const bus = await createBus(config(link.url), recorded.log, fastLimits);
        now = { recorded, link, bus, queue: `queue-${++count}` };
      });
      afterEach(async () => {
        await Promise.all([now.bus, ...others].map((bus) => bus.close()));
        others = [];
        await now.link.close();
      });

      tests({
        get bus() {
          return now.bus;
        },
        get link() {
          return now.link;
        },
        get recorded() {
          return now.recorded;
        },
        get queue() {
          return now.queue;
        },
        get config() {
          return config(server.url);
        },
        another: async ({ overLink = false, limits } = {}) => {
          const url = overLink ? now.link.url : server.url;
          const bus = await createBus(config(url), now.recorded.log, { ...fastLimits, ...limits });
          others.push(bus);
          return bus;
        },
        publish: (...messages) => now.bus.publish(messages.map((message) => ({ queue: now.queue, message }))),
        isIdle: async () => {
          const { waiting, active, delayed } = await now.bus.counts(now.queue);
          return waiting + active + delayed === 0;
        },
      });
    });
  }
};
