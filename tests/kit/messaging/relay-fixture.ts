import { afterEach, beforeEach } from 'vitest';
import { outbox } from '#platform/messaging/outbox.ts';
import { type Relay, type RelayLimits, type RelayOptions, relayLimits, startRelay } from '#platform/messaging/relay.ts';
import { type BreakableLink, breakableLink } from '../network/breakable-link.ts';
import { type RecordedLog, recordedLog } from '../observability/recorded-log.ts';
import { type PlatformDatabase, platformDatabase } from '../postgres/platform-tables.ts';
import { type RecordingBus, recordingBus } from './recording-bus.ts';

/** What production does, in less time. */
export const fastRelay: RelayLimits = {
  ...relayLimits,
  leaseMs: 500,
  pollMs: 100,
  retryBaseMs: 20,
  retryCapMs: 100,
  unknownLeaseMs: 300,
};

export interface RelayFixture {
  readonly database: PlatformDatabase;
  /** The way to the database that a test can cut. */
  readonly link: BreakableLink;
  readonly recorded: RecordedLog;
  readonly bus: RecordingBus;
  /** Starts a relay, which ends with the test. */
  relay(options?: Partial<RelayOptions>): Promise<Relay>;
  /** Commits messages with these texts, about one thing, in one transaction. */
  write(texts: readonly string[], about?: { type?: string; thing?: string }): Promise<void>;
  /** The texts that were published so far. */
  published(): string[];
  /** How many rows have no mark. */
  unpublished(): Promise<number>;
}

export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'));

/** A database, a bus that only remembers, and relays between them: new for each test. */
export const relayFixture = (): RelayFixture => {
  let now: Pick<RelayFixture, 'database' | 'link' | 'recorded' | 'bus'>;
  let relays: Relay[];

  beforeEach(async () => {
    const database = await platformDatabase();
    now = { database, link: await breakableLink(database.url), recorded: recordedLog(), bus: recordingBus() };
    relays = [];
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await now.link.close();
    await now.database.dispose();
  });

  return {
    get database() {
      return now.database;
    },
    get link() {
      return now.link;
    },
    get recorded() {
      return now.recorded;
    },
    get bus() {
      return now.bus;
    },
    relay: async (options) => {
      const { database, bus, recorded } = now;
      const usual = { databaseUrl: database.url, bus, receivers: () => ['a'], log: recorded.log, limits: fastRelay };
      const relay = await startRelay({ ...usual, ...options });
      relays.push(relay);
      return relay;
    },
    write: (texts, { type = 'thing.happened', thing = 'one' } = {}) => {
      const messages = texts.map((text) => ({
        type,
        version: 1,
        aggregate: { type: 'Thing', id: thing },
        data: { text },
      }));
      return now.database.transaction((tx) => outbox(tx).add(...messages));
    },
    published: () => now.bus.published.map(({ message }) => (message.data as { text: string }).text),
    unpublished: async () => {
      const { rows } = await now.database.pool.query('SELECT count(*) FROM outbox_message WHERE published_at IS NULL');
      return Number(rows[0].count);
    },
  };
};
