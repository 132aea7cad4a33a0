/** Hears what a PostgreSQL says on one channel (NOTIFY), over a connection of its own that is opened again when it breaks. */

import { backoffMs } from '../messaging/bus/limits.ts';
import { type AvailabilityLog, availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { type WakeSignal, wakeSignal } from '../resilience/wake-signal.ts';
import { openClient } from './connection.ts';
import pg from './pg.ts';

export interface ListenerOptions {
  readonly databaseUrl: string;
  readonly channel: string;
  /** What the log calls it when it is away. */
  readonly what: string;
  readonly onNotice: (payload: string) => void;
  /** From now on notices arrive; what was said before, or during an absence, was missed. */
  readonly onListening: () => void;
  readonly log: Logger;
}

export interface PostgresListener {
  isListening(): boolean;
  close(): Promise<void>;
}

// 5 s: a connection that has died without a word is noticed within this and its time-out of 3 s.
const heartbeatMs = 5_000;
const timeoutMs = 3_000;

// 0.1 s doubling to 2 s: quick after a restart, quiet during a long absence.
const retryMs = { base: 100, cap: 2_000 };

/** Begins at once and in the background, also while the database is away. */
export const listenTo = (options: ListenerOptions): PostgresListener => {
  const bell = wakeSignal();
  const state = { isListening: false };
  const link = availabilityLog(options.log, options.what);
  const ended = (async () => {
    for (let failures = 0; !bell.stopped; ) {
      const wasListening = await listenOnce(options, bell, link, state);
      if (bell.stopped) return;
      failures = wasListening ? 1 : failures + 1;
      await bell.backOff(backoffMs(failures, retryMs.base, retryMs.cap, Math.random()));
    }
  })();
  return {
    isListening: () => state.isListening,
    close: async () => {
      bell.stop();
      await ended;
    },
  };
};

/** For as long as one connection lasts. Tells whether it ever listened. */
const listenOnce = async (
  { databaseUrl, channel, onNotice, onListening }: ListenerOptions,
  bell: WakeSignal,
  link: AvailabilityLog,
  state: { isListening: boolean },
): Promise<boolean> => {
  const client = openClient(databaseUrl, { name: 'agora-listener', connectMs: timeoutMs, answerMs: timeoutMs });
  client.on('error', bell.wake).on('end', bell.wake);
  client.on('notification', ({ payload }) => onNotice(payload ?? ''));
  let wasListening = false;
  try {
    await client.connect();
    await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    link.up();
    wasListening = true;
    state.isListening = true;
    onListening();
    while (!bell.stopped) {
      await bell.sleep(heartbeatMs);
      if (!bell.stopped) await client.query('SELECT 1');
    }
  } catch (error) {
    link.down(error);
  } finally {
    state.isListening = false;
    await client.end().catch(() => undefined);
  }
  return wasListening;
};
