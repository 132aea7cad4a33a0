/**
 * "This thing changed", to every process that listens: caches drop it, live queries run again. Nothing is kept for
 * absent subscribers, so they are told when they may have missed notifications.
 */
import { ChangeNotification } from '#contracts/change-notification.ts';
import type { EventsConfig } from '../config/config.ts';
import { boundedConnection } from '../database/connection.ts';
import { listenTo, type PostgresListener } from '../database/listener.ts';
import pg from '../database/pg.ts';
import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { connectRedis, type RedisConnection } from '../redis/client.ts';
import { isErrorReply, isRefusal } from '../redis/replies.ts';

export type { ChangeNotification };

export interface ChangeNotifications {
  /** Resolves once the server has it, rejects when it cannot be sent now. Publishing twice is harmless. */
  publish(change: ChangeNotification): Promise<void>;
  /**
   * `onChange` receives every notification from now on, including this process's own. `onGap` is called whenever some
   * may have been missed: on subscribing and after each absence. Neither may throw. Returns the unsubscribe function.
   */
  subscribe(onChange: (change: ChangeNotification) => void, onGap?: () => void): () => void;
  /** False while notifications do not arrive. */
  isSubscribed(): boolean;
  /** The code with which the server refuses to carry them until its settings change. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

/** Over what carries the events; where nothing does, within this process only. */
export const createChangeNotifications = (
  { REDIS_URL, EVENTS_DATABASE_URL }: EventsConfig,
  log: Logger,
): ChangeNotifications => {
  if (REDIS_URL) return changeNotificationsOver(redisPubSub(REDIS_URL, log));
  if (EVENTS_DATABASE_URL) return changeNotificationsOver(postgresPubSub(EVENTS_DATABASE_URL, log));
  return changeNotificationsOver(inProcessPubSub());
};

const changeNotificationsOver = (pubSub: PubSub): ChangeNotifications => {
  const subscribers = new Set<{ onChange: (change: ChangeNotification) => void; onGap: () => void }>();
  const gap = () => {
    for (const { onGap } of subscribers) onGap();
  };
  const onText = (text: string) => {
    const change = parse(text);
    // The format of a newer release: something has changed, and we cannot tell what.
    if (!change) return gap();
    for (const { onChange } of subscribers) onChange(change);
  };
  let isOpen = false;

  return {
    publish: (change) => pubSub.publish(JSON.stringify(change)),
    subscribe: (onChange, onGap = () => undefined) => {
      const subscriber = { onChange, onGap };
      subscribers.add(subscriber);
      if (!isOpen) pubSub.subscribe({ onText, onSubscribed: gap });
      else if (pubSub.isSubscribed()) onGap();
      isOpen = true;
      return () => void subscribers.delete(subscriber);
    },
    isSubscribed: pubSub.isSubscribed,
    refusal: pubSub.refusal,
    close: pubSub.close,
  };
};

const parse = (text: string): ChangeNotification | undefined => {
  try {
    return ChangeNotification.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/**
 * What carries change notifications: Redis pub/sub, PostgreSQL's NOTIFY, or nothing beyond this process. Connects for
 * listening on the first subscription.
 */
interface PubSub {
  publish(text: string): Promise<void>;
  subscribe(subscriber: Subscriber): void;
  isSubscribed(): boolean;
  /** The code with which the server refuses a command until its settings change. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

interface Subscriber {
  onText(text: string): void;
  /** Texts arrive from now on; earlier ones may have been missed. */
  onSubscribed(): void;
}

// 3 s: publishers retry, and a machine that stalls for a moment is not an outage; longer means that the connection is dead.
const timeoutMs = 3_000;

const inProcessPubSub = (): PubSub => {
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
const postgresPubSub = (url: string, log: Logger): PubSub => {
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
const redisPubSub = (url: string, log: Logger): PubSub => {
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
