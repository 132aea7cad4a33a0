import type { Logger } from '../observability/log.ts';
import { connectRedis, type RedisConnection } from '../redis/redis.ts';
import { isErrorReply, isRefusal } from '../redis/replies.ts';
import type { PubSub } from './transport.ts';

const channel = 'agora:changes';

// 3 s: whoever announces keeps what it has to tell, and a machine that stands still for a moment is no outage.
const timeoutMs = 3_000;
// ioredis mends the subscription of a cluster client without a word, and then nobody would know that there was a gap.
const manner = { timeoutMs, oneNode: true };

// 5 s: a connection that has died without a word is noticed within this and the time-out, and so is a right that was given.
const heartbeatMs = 5_000;

/** A connection to tell and one to listen, each opened when first used. */
export const redisPubSub = (url: string, log: Logger): PubSub => {
  let telling: { readonly connection: RedisConnection; readonly opened: Promise<void> } | undefined;
  let listening: RedisConnection | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let isSubscribed = false;

  return {
    publish: async (text) => {
      telling ??= opening(connectRedis(url, log, 'publishing changes', manner));
      await telling.opened;
      try {
        await telling.connection.redis.publish(channel, text);
      } catch (error) {
        // A refusal (an ACL user without channels) is logged, and no number of tries would change it: the messages of
        // whoever announces must not wait for it. A gateway believes what it has cached until it is too old.
        if (!isRefusal(error)) throw error;
      }
    },
    subscribe: ({ onText, onSubscribed }) => {
      listening = connectRedis(url, log, 'change notifications', manner);
      const { redis } = listening;
      redis.on('message', (_, text) => onText(text));
      redis.on('close', () => {
        isSubscribed = false;
      });
      const subscribe = () => {
        redis.subscribe(channel).then(
          () => {
            isSubscribed = true;
            onSubscribed();
          },
          (error) => {
            // Another connection would be refused as this one is; it asks again with its heart. What broke is made anew.
            if (!isErrorReply(error)) redis.disconnect(true);
          },
        );
      };
      redis.on('ready', subscribe);
      // The answer is of no interest: without one the connection is given up, and the next one says that there was a gap.
      const beat = () => {
        if (redis.status === 'ready' && !isSubscribed) subscribe();
        redis.ping().catch(() => undefined);
      };
      heartbeat = setInterval(beat, heartbeatMs).unref();
    },
    isSubscribed: () => isSubscribed,
    refusal: () => telling?.connection.refusal() ?? listening?.refusal(),
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
