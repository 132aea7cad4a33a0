/** What carries change notifications: Redis pub/sub, PostgreSQL's NOTIFY, or nothing beyond this process. */
import { boundedConnection } from '../database/connection.ts';
import { listenTo, type PostgresListener } from '../database/listener.ts';
import pg from '../database/pg.ts';
import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { connectRedis, isErrorReply, isRefusal, type RedisConnection } from '../redis/client.ts';

/** Connects for listening on the first subscription. */
export interface PubSub {
  publish(text: string): Promise<void>;
  subscribe(subscriber: Subscriber): void;
  isSubscribed(): boolean;
  /** The code with which the server refuses a command until its settings change. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

export interface Subscriber {
  onText(text: string): void;
  /** Texts arrive from now on; earlier ones may have been missed. */
  onSubscribed(): void;
}

// 3 s: publishers retry, and a machine that stalls for a moment is not an outage; longer means that the connection is dead.
const timeoutMs = 3_000;

export const inProcessPubSub = (): PubSub => {
  let subscriber: Subscriber | undefined;
  return {
    publish: async (text) => subscriber?.onText(text),
    subscribe: (given) => {
      subscriber = given;
      subscriber.onSubscribed();
    },
    isSubscribed: () => subscriber !== undefined,
    refusal: () => undefined,
    close: async () => {
      subscriber = undefined;
    },
  };
};

const postgresChannel = 'agora_change';

/** One connection to publish and one to listen, each opened on first use. A payload may have up to 8000 bytes. */
export const postgresPubSub = (url: string, log: Logger): PubSub => {
  const availability = availabilityLog(log, 'the events database (publishing changes)');
  const publishing = new pg.Pool({
    ...boundedConnection(url, { name: 'agora-changes', connectMs: timeoutMs, answerMs: timeoutMs }),
    max: 1,
  });
  publishing.on('error', availability.down);
  let listener: PostgresListener | undefined;

  return {
    publish: async (text) => {
      try {
        await publishing.query('SELECT pg_notify($1, $2)', [postgresChannel, text]);
      } catch (error) {
        availability.down(error);
        throw error;
      }
      availability.up();
    },
    subscribe: ({ onText, onSubscribed }) => {
      listener = listenTo({
        databaseUrl: url,
        channel: postgresChannel,
        what: 'the events database (change notifications)',
        onNotice: onText,
        onListening: onSubscribed,
        log,
      });
    },
    isSubscribed: () => listener?.isListening() ?? false,
    refusal: () => undefined,
    close: async () => {
      await listener?.close();
      await publishing.end();
    },
  };
};

const redisChannel = 'agora:changes';

// ioredis silently restores the subscription of a cluster client, which would hide the gap.
const options = { timeoutMs, oneNode: true };

// 5 s: a silently dead connection, or a permission granted meanwhile, is noticed within this and the time-out.
const heartbeatMs = 5_000;

/** One connection to publish and one to subscribe, each opened on first use. */
export const redisPubSub = (url: string, log: Logger): PubSub => {
  let publishing: { readonly connection: RedisConnection; readonly opened: Promise<void> } | undefined;
  let subscription: RedisConnection | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let isSubscribed = false;

  return {
    publish: async (text) => {
      publishing ??= opening(connectRedis(url, log, 'publishing changes', options));
      await publishing.opened;
      try {
        await publishing.connection.redis.publish(redisChannel, text);
      } catch (error) {
        // A refusal (an ACL user without channels) is logged, and retrying would not help: the relay's messages must not
        // wait for it. Gateways then rely on the expiry of what they cached.
        if (!isRefusal(error)) throw error;
      }
    },
    subscribe: ({ onText, onSubscribed }) => {
      subscription = connectRedis(url, log, 'change notifications', options);
      const { redis } = subscription;
      redis.on('message', (_, text) => onText(text));
      redis.on('close', () => {
        isSubscribed = false;
      });
      const subscribe = () => {
        redis.subscribe(redisChannel).then(
          () => {
            isSubscribed = true;
            onSubscribed();
          },
          (error) => {
            // A new connection would be refused too, so the heartbeat retries on this one. A broken one is replaced.
            if (!isErrorReply(error)) redis.disconnect(true);
          },
        );
      };
      redis.on('ready', subscribe);
      // Without an answer to the ping the connection is given up, and its successor reports the gap.
      const beat = () => {
        if (redis.status === 'ready' && !isSubscribed) subscribe();
        redis.ping().catch(() => undefined);
      };
      heartbeat = setInterval(beat, heartbeatMs).unref();
    },
    isSubscribed: () => isSubscribed,
    refusal: () => publishing?.connection.refusal() ?? subscription?.refusal(),
    close: async () => {
      clearInterval(heartbeat);
      publishing?.connection.close();
      subscription?.close();
    },
  };
};

/** The first publishers find a connection that is still being opened. */
const opening = (connection: RedisConnection) => ({
  connection,
  opened: new Promise<void>((resolve) => connection.redis.once('ready', resolve).once('close', resolve)),
});
