/** Publishes the rows of the outbox, soon after their commit and at least once. */
import type { Envelope } from '#contracts/envelope.ts';
import { isOtherBackend, openClient } from '../database/connection.ts';
import type pg from '../database/pg.ts';
import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import type { Registry } from '../observability/metrics.ts';
import { publishInSpans } from '../observability/tracing-publish.ts';
import { type WakeSignal, wakeSignal } from '../resilience/wake-signal.ts';
import type { Bus, BusJob } from './bus/bus.ts';
import { backoffMs } from './bus/limits.ts';
import { relayMetrics } from './bus/metrics.ts';
import { claim, markPublished, type OutboxRow, releaseLease, toEnvelope } from './outbox-rows.ts';

export interface RelayLimits {
  readonly batch: number;
  readonly leaseMs: number;
  readonly unknownLeaseMs: number;
  readonly pollMs: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
}

export const relayLimits: RelayLimits = {
  // 100 rows: one round trip to the queue, well within the lease on the slowest transport.
  batch: 100,
  // 5 s: longer than a publish may take (3 s), and how long the rows of a killed relay wait for another.
  leaseMs: 5_000,
  // 30 s: a row of a newer release is left to a relay of that release, and looked at again after this.
  unknownLeaseMs: 30_000,
  // 1 s, give or take a quarter: what a lost notification costs; one indexed query that finds nothing.
  pollMs: 1_000,
  // 0.1 s doubling to 2 s while the queue is away: one row is tried each time, not the whole batch.
  retryBaseMs: 100,
  retryCapMs: 2_000,
};

export interface RelayOptions {
  readonly databaseUrl: string;
  /** Which variable would lead past a pooler, for the log. */
  readonly directVariable?: string;
  readonly bus: Bus;
  /**
   * The queues that get a copy of a message: none for history only. `undefined` for a message that this release does
   * not know: the row is then left to a relay that does, as in the middle of a deploy.
   */
  readonly receivers: (type: string, version: number) => readonly string[] | undefined;
  /** Tells whoever listens that these have happened. Like the bus, it may reject, and the rows are tried again. */
  readonly notify?: (messages: readonly Envelope[]) => Promise<void>;
  readonly log: Logger;
  readonly metrics?: Registry;
  readonly limits?: RelayLimits;
}

export interface Relay {
  /** Looks for unpublished rows now. */
  wake(): void;
  /** Finishes the batch in hand, then stops. */
  close(): Promise<void>;
}

/**
 * Starts to publish. Safe in many copies: a row is leased to one of them at a time, and rows of one aggregate are
 * published in their order. Resolves also while the database is away: it connects when it can.
 */
export const startRelay = async (options: RelayOptions): Promise<Relay> => {
  const signal = wakeSignal();
  const relay = {
    limits: relayLimits,
    notify: async () => undefined,
    directVariable: '…_DATABASE_DIRECT_URL',
    ...options,
    signal,
    measured: relayMetrics(options.metrics),
  };
  const ended = connectAndPump(relay);
  return {
    wake: signal.wake,
    close: async () => {
      signal.stop();
      await ended;
    },
  };
};

type Running = Required<Omit<RelayOptions, 'metrics'>> & {
  readonly signal: WakeSignal;
  readonly measured: ReturnType<typeof relayMetrics>;
};

const once = (act: () => void): (() => void) => {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
};

/** Holds one connection: it listens on it, claims on it and marks on it. When it breaks, another is opened. */
const connectAndPump = async (relay: Running): Promise<void> => {
  const { databaseUrl, signal, limits, measured } = relay;
  const database = availabilityLog(relay.log, 'the database of the outbox');
  const sayPooler = once(() =>
    relay.log.warn(
      `the database is reached through a pooler: unless that is in session mode, the relay hears of nothing and looks once a second, and ${relay.directVariable} has to name the server itself`,
    ),
  );
  let failures = 0;
  const works = () => {
    failures = 0;
    database.up();
    measured.connected.set(1);
  };
  while (!signal.stopped) {
    // 3 s to connect, 10 s for a statement: they take milliseconds, so longer means that the connection is dead.
    const client = openClient(databaseUrl, { name: 'agora-relay', connectMs: 3_000, answerMs: 10_000 });
    client.on('error', database.down);
    client.on('end', signal.wake);
    client.on('notification', signal.wake);
    try {
      await client.connect();
      await client.query('LISTEN outbox_message');
      await dropSynchronousCommit(client, sayPooler);
      await pump(relay, client, works);
    } catch (error) {
      database.down(error);
      measured.connected.set(0);
      await signal.backOff(backoffMs(++failures, limits.retryBaseMs, limits.retryCapMs, Math.random()));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
};

/**
 * Losing a lease or a mark in a crash means publishing again, which is harmless; waiting for the disk is not needed. Not
 * through a pooler, which would lend the connection to somebody whose orders have to be on the disk.
 */
const dropSynchronousCommit = async (client: pg.Client, onPooler: () => void): Promise<void> => {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  if (isOtherBackend(client, rows[0]?.pid ?? 0)) onPooler();
  else await client.query('SET synchronous_commit = off');
};

/** Batch after batch until there is none left, then sleeps until the signal or the next poll. */
const pump = async (relay: Running, client: pg.Client, works: () => void): Promise<void> => {
  const { bus, notify, signal, limits, measured, log } = relay;
  const queue = availabilityLog(log, 'the queue that the outbox is published to');
  for (let failures = 0; !signal.stopped; ) {
    const rows = await claim(client, failures > 0 ? 1 : limits.batch, limits.leaseMs);
    works();
    if (rows.length === 0) {
      // Not in step with other relays: one that is always a moment too late would never get a row that others leave.
      await signal.sleep(limits.pollMs * (0.75 + Math.random() / 2));
      continue;
    }
    const { known, jobs } = await leaveUnknown(relay, client, rows);
    try {
      if (jobs.length > 0) await publishInSpans(bus, jobs);
      if (known.length > 0) await notify(known.map(toEnvelope));
    } catch (error) {
      measured.failures.inc();
      queue.down(error);
      await releaseLease(client, known, 0);
      await signal.backOff(backoffMs(++failures, limits.retryBaseMs, limits.retryCapMs, Math.random()));
      continue;
    }
    queue.up();
    failures = 0;
    await markPublished(client, known);
    measured.published.inc(known.length);
  }
};

/** Puts back what this release does not know, and makes jobs of the rest. */
const leaveUnknown = async ({ receivers, limits, log }: Running, client: pg.Client, rows: readonly OutboxRow[]) => {
  const known: OutboxRow[] = [];
  const unknown: OutboxRow[] = [];
  const jobs: BusJob[] = [];
  for (const row of rows) {
    const queues = receivers(row.type, row.version);
    (queues ? known : unknown).push(row);
    for (const queue of queues ?? []) jobs.push({ queue, message: toEnvelope(row) });
  }
  if (unknown.length > 0) {
    const types = [...new Set(unknown.map(({ type, version }) => `${type} v${version}`))];
    log.warn({ types }, 'this release does not know these messages; they are left to one that does');
    await releaseLease(client, unknown, limits.unknownLeaseMs);
  }
  return { known, jobs };
};
