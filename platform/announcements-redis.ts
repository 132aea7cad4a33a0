import type { Carrier } from './announcement-carrier.ts';
import type { Logger } from './log.ts';
import { connectRedis, type RedisConnection } from './redis.ts';

const channel = 'agora:announcements';

// 3 s: whoever announces keeps what it has to tell, and a machine that stands still for a moment is no outage.
const timeoutMs = 3_000;
// ioredis mends the subscription of a cluster client without a word, and then nobody would know that there was a gap.
const manner = { timeoutMs, oneNode: true };

// 5 s: a connection that has died without a word is noticed within this and the time-out.
const heartbeatMs = 5_000;

/** A connection to tell and one to listen, each opened when first used. */
export const announcementsOverRedis = (url: string, log: Logger): Carrier => {
  let telling: { readonly connection: RedisConnection; readonly opened: Promise<void> } | undefined;
  let listening: RedisConnection | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let isSubscribed = false;

  return {
    publish: async (text) => {
      telling ??= opening(connectRedis(url, log, 'announcing', manner));
      await telling.opened;
      await telling.connection.redis.publish(channel, text);
    },
    listen: ({ onText, onListening }) => {
      listening = connectRedis(url, log, 'announcements', manner);
      const { redis } = listening;
      redis.on('message', (_, text) => onText(text));
      redis.on('close', () => {
        isSubscribed = false;
      });
      redis.on('ready', () => {
        redis.subscribe(channel).then(
          () => {
            isSubscribed = true;
            onListening();
          },
          // The connection broke at once: the next one subscribes.
          () => redis.disconnect(true),
        );
      });
      // The answer is of no interest: without one the connection is given up, and the next one says that there was a gap.
      heartbeat = setInterval(() => redis.ping().catch(() => undefined), heartbeatMs).unref();
    },
    isListening: () => isSubscribed,
    close: async () => {
      clearInterval(heartbeat);
      telling?.connection.close();
      listening?.close();
    },
  };
};

const opening = (connection: RedisConnection) => ({ connection, opened: firstOutcome(connection) });

/** Those who announce first meet a connection that is still being opened. */
const firstOutcome = ({ redis }: RedisConnection): Promise<void> =>
  new Promise((resolve) => {
    redis.once('ready', resolve).once('close', resolve);
  });
