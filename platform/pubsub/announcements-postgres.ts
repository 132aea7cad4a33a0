import { boundedConnection } from '../database/connection.ts';
import { listenTo, type PostgresListener } from '../database/listener.ts';
import pg from '../database/pg.ts';
import { linkState } from '../messaging/bus/link-state.ts';
import type { Logger } from '../observability/log.ts';
import type { Carrier } from './announcement-carrier.ts';

const channel = 'agora_announcement';

/** A connection to tell and one to listen, each opened when first used. PostgreSQL takes up to 8000 bytes a text. */
export const announcementsOverPostgres = (url: string, log: Logger): Carrier => {
  const link = linkState(log, 'the events database (announcing)');
  const telling = new pg.Pool({
    // 3 s: whoever announces keeps what it has to tell; both take milliseconds, so longer means that the link is dead.
    ...boundedConnection(url, { name: 'agora-announcing', connectMs: 3_000, answerMs: 3_000 }),
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
    listen: ({ onText, onListening }) => {
      listening = listenTo({
        databaseUrl: url,
        channel,
        what: 'the events database (announcements)',
        onNotice: onText,
        onListening,
        log,
      });
    },
    isListening: () => listening?.isListening() ?? false,
    refusal: () => undefined,
    close: async () => {
      await listening?.close();
      await telling.end();
    },
  };
};
