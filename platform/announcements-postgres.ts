import type { Carrier } from './announcement-carrier.ts';
import { linkState } from './bus/link-state.ts';
import type { Logger } from './log.ts';
import pg from './pg.ts';
import { listenTo, type PostgresListener } from './postgres-listener.ts';

const channel = 'agora_announcement';

/** A connection to tell and one to listen, each opened when first used. PostgreSQL takes up to 8000 bytes a text. */
export const announcementsOverPostgres = (url: string, log: Logger): Carrier => {
  const link = linkState(log, 'the events database (announcing)');
  const telling = new pg.Pool({
    connectionString: url,
    application_name: 'agora-announcing',
    keepAlive: true,
    max: 1,
    // 3 s: whoever announces keeps what it has to tell; both take milliseconds, so longer means that the link is dead.
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
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
    close: async () => {
      await listening?.close();
      await telling.end();
    },
  };
};
