import { boundedConnection } from '../database/connection.ts';
import { listenTo, type PostgresListener } from '../database/listener.ts';
import pg from '../database/pg.ts';
import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import type { PubSub } from './transport.ts';

const channel = 'agora_change';

/** A connection to tell and one to listen, each opened when first used. PostgreSQL takes up to 8000 bytes a text. */
export const postgresPubSub = (url: string, log: Logger): PubSub => {
  const link = availabilityLog(log, 'the events database (publishing changes)');
  const telling = new pg.Pool({
    // 3 s: publishers retry; both take milliseconds, so longer means that the connection is dead.
    ...boundedConnection(url, { name: 'agora-changes', connectMs: 3_000, answerMs: 3_000 }),
    max: 1,
  });
  telling.on('error', link.down);
  let listening: PostgresListener | undefined;

  return {
    publish: async (text) => {
      try {
        await telling.query('SELECT pg_notify($1, $2)', [channel, text]);
      } catch (error) {
        link.down(error);
        throw error;
      }
      link.up();
    },
    subscribe: ({ onText, onSubscribed }) => {
      listening = listenTo({
        databaseUrl: url,
        channel,
        what: 'the events database (change notifications)',
        onNotice: onText,
        onListening: onSubscribed,
        log,
      });
    },
    isSubscribed: () => listening?.isListening() ?? false,
    refusal: () => undefined,
    close: async () => {
      await listening?.close();
      await telling.end();
    },
  };
};
