/** Publishes the outbox: soon after the commit, at least once. */
import type { Envelope } from '#contracts/envelope.ts';
import { isOtherBackend } from '../database/connection.ts';
import { whileListening } from '../database/listener.ts';
import type pg from '../database/pg.ts';
import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import type { Registry } from '../observability/metrics.ts';
import { publishInSpans } from '../observability/tracing.ts';
import { backoffMs, type WakeSignal, wakeSignal } from '../resilience/wake-signal.ts';
import type { Bus, BusJob } from './bus/bus.ts';
import { relayMetrics } from './metrics.ts';
import { claim, markPublished, type OutboxRow, releaseLease, toEnvelope } from './outbox.ts';

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
  // 5 s: longer than a publish may take (3 s); the rows of a killed relay wait that long.
  leaseMs: 5_000,
  // 30 s: a row of a newer release is left to a relay of that release, and checked again after this.
  unknownLeaseMs: 30_000,
  // 1 s, give or take a quarter: the delay after a lost notification; one indexed query that finds nothing.
  pollMs: 1_000,
  // 0.1 s doubling to 2 s while the queue is away: one row is tried each time, not the whole batch.
  retryBaseMs: 100,
  retryCapMs: 2_000,
};

export interface RelayOptions {
  readonly databaseUrl: string;
  /** The variable that would bypass a pooler, for the log. */
  readonly directVariable?: string;
  readonly bus: Bus;
  /**
   * The queues that get a copy of a message: none for history only. `undefined` for a message unknown to this release:
   * its row is left to a relay that knows it, as in the middle of a deploy.
   */
  readonly receivers: (type: string, version: number) => readonly string[] | undefined;
  /** Publishes change notifications for these. Like the bus, it may reject, and the rows are retried. */
  readonly notify?: (messages: readonly Envelope[]) => Promise<void>;
  readonly log: Logger;
  readonly metrics?: Registry;
  readonly limits?: RelayLimits;
}

export interface Relay {
  /** Looks for unpublished rows now. */
  wake(): void;
  /** Finishes the current batch, then stops. */
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

// 3 s to connect, 10 s for a statement: they take milliseconds, so longer means that the connection is dead.
const bounds = { name: 'agora-relay', connectMs: 3_000, answerMs: 10_000 };

/** Listens, claims and marks on one connection. */
const connectAndPump = async (relay: Running): Promise<void> => {
  const { databaseUrl, directVariable, limits, log, measured, signal } = relay;
  let isPoolerLogged = false;
  const onPooler = () => {
    if (!isPoolerLogged)
      log.warn(
        `the database is behind a pooler: unless it pools sessions, the relay gets no notifications and polls once a second; let ${directVariable} name the server itself`,
      );
    isPoolerLogged = true;
  };
  const listening = {
    ...{ databaseUrl, bounds, log, channel: 'outbox_message', what: 'the database of the outbox' },
    onNotice: signal.wake,
    retryMs: { base: limits.retryBaseMs, cap: limits.retryCapMs },
  };
  await whileListening(listening, signal, async (client, succeeded) => {
    try {
      await dropSynchronousCommit(client, onPooler);
      await pump(relay, client, () => {
        succeeded();
        measured.connected.set(1);
      });
    } finally {
      measured.connected.set(0);
    }
  });
};

/**
 * A lease or mark lost in a crash means publishing again, which is harmless, so nothing waits for the disk. Not through a
 * pooler, which would lend the connection to transactions that must be durable.
 */
const dropSynchronousCommit = async (client: pg.Client, onPooler: () => void): Promise<void> => {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  if (isOtherBackend(client, rows[0]?.pid ?? 0)) onPooler();
  else await client.query('SET synchronous_commit = off');
};

/** Batch after batch until none is left, then sleeps until woken or the next poll. */
const pump = async (relay: Running, client: pg.Client, succeeded: () => void): Promise<void> => {
  const { bus, notify, signal, limits, measured, log } = relay;
  const availability = availabilityLog(log, 'the queue that the outbox is published to');
  for (let failures = 0; !signal.stopped; ) {
    const rows = await claim(client, failures > 0 ? 1 : limits.batch, limits.leaseMs);
    succeeded();
    if (rows.length === 0) {
      // Out of step with other relays: one that is always a moment late would never get a row that others released.
      await signal.sleep(limits.pollMs * (0.75 + Math.random() / 2));
      continue;
    }
    const { known, jobs } = await leaveUnknown(relay, client, rows);
    try {
      if (jobs.length > 0) await publishInSpans(bus, jobs);
      if (known.length > 0) await notify(known.map(toEnvelope));
    } catch (error) {
      measured.failures.inc();
      availability.down(error);
      await releaseLease(client, known, 0);
      await signal.backOff(backoffMs(++failures, limits.retryBaseMs, limits.retryCapMs));
      continue;
    }
    availability.up();
    failures = 0;
    await markPublished(client, known);
    measured.published.inc(known.length);
  }
};

/** Releases the rows that this release does not know, and makes jobs of the rest. */
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
    log.warn({ types }, 'messages unknown to this release are left to a newer one');
    await releaseLease(client, unknown, limits.unknownLeaseMs);
  }
  return { known, jobs };
};
