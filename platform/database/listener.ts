/** PostgreSQL's LISTEN over a dedicated connection, which is replaced when it breaks. */
import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { backoffMs, type WakeSignal, wakeSignal } from '../resilience/wake-signal.ts';
import { type ConnectionBounds, openClient } from './connection.ts';
import pg from './pg.ts';

export interface ListeningOptions {
  readonly databaseUrl: string;
  readonly bounds: ConnectionBounds;
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  readonly retryMs: { readonly base: number; readonly cap: number };
  /** How the log names the database when it is away. */
  readonly what: string;
  readonly log: Logger;
}

/**
 * Runs `session` on a connection that listens, and again on a new one whenever it fails, until `signal` is stopped.
 * `session` reports with `succeeded` that the connection works. The end of a connection wakes the signal.
 */
export const whileListening = async (
  { databaseUrl, bounds, channel, onNotice, retryMs, what, log }: ListeningOptions,
  signal: WakeSignal,
  session: (client: pg.Client, succeeded: () => void) => Promise<void>,
): Promise<void> => {
  const availability = availabilityLog(log, what);
  let failures = 0;
  const succeeded = () => {
    failures = 0;
    availability.up();
  };
  while (!signal.stopped) {
    const client = openClient(databaseUrl, bounds);
    client.on('error', availability.down).on('error', signal.wake).on('end', signal.wake);
    // Before LISTEN: a notification may come with its answer.
    client.on('notification', ({ payload }) => onNotice(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      await session(client, succeeded);
    } catch (error) {
      availability.down(error);
    } finally {
      await client.end().catch(() => undefined);
    }
    if (!signal.stopped) await signal.backOff(backoffMs(++failures, retryMs.base, retryMs.cap));
  }
};

export interface ListenerOptions extends Omit<ListeningOptions, 'bounds' | 'retryMs'> {
  /** Notifications arrive from now on; those sent before, or during an absence, were missed. */
  readonly onListening: () => void;
}

export interface PostgresListener {
  isListening(): boolean;
  close(): Promise<void>;
}

// 5 s: a silently dead connection is noticed within this and its time-out of 3 s.
const heartbeatMs = 5_000;
const timeoutMs = 3_000;

// 0.1 s doubling to 2 s: quick after a restart, quiet during a long outage.
const retryMs = { base: 100, cap: 2_000 };

/** Starts at once and in the background, also while the database is away. */
export const listenTo = ({ onListening, ...options }: ListenerOptions): PostgresListener => {
  const signal = wakeSignal();
  let isListening = false;
  const bounds = { name: 'agora-listener', connectMs: timeoutMs, answerMs: timeoutMs };
  const ended = whileListening({ ...options, bounds, retryMs }, signal, async (client, succeeded) => {
    succeeded();
    isListening = true;
    try {
      onListening();
      while (!signal.stopped) {
        await signal.sleep(heartbeatMs);
        if (!signal.stopped) await client.query('SELECT 1');
      }
    } finally {
      isListening = false;
    }
  });
  return {
    isListening: () => isListening,
    close: async () => {
      signal.stop();
      await ended;
    },
  };
};
