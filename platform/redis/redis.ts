/**
 * A connection to Redis for what may be lost: rate limits, caches, change notifications. Whoever uses it has an answer of its
 * own for when Redis is away, so a command fails at once instead of waiting. (The queue has its own: platform/messaging/bus.)
 */
import type { Logger } from '../observability/log.ts';
import { failFastRedis, logAvailability, type RedisClient } from './client.ts';
import { observeReplies, refusalLog } from './replies.ts';

export interface RedisConnection {
  readonly redis: RedisClient;
  /** False while Redis is away: a command would fail at once. */
  readonly isUp: () => boolean;
  /** The code of an error reply that lasts until somebody changes a setting (NOPERM, MOVED); nothing when all is served. */
  readonly refusal: () => string | undefined;
  /** Ends the connection; whatever is under way on it fails. */
  readonly close: () => void;
}

// All keys of one Redis are one space: BullMQ's begin with `{agora}`, ours with this.
export const redisKeyPrefix = 'agora:gateway:';

// 250 ms: a hundred times what a healthy Redis takes, and less than a person notices.
const commandTimeoutMs = 250;

export interface ConnectOptions {
  readonly timeoutMs?: number;
  /** Where Redis is a cluster: one node is enough, as it is for what is published. */
  readonly oneNode?: boolean;
}

/**
 * Returns at once, connects in the background, and reconnects for as long as it takes; the log has one line when Redis
 * goes away and one when it is back. `purpose` names the connection in that line and in `CLIENT LIST`.
 * A connection that subscribes can do nothing else, so it is one of its own; ioredis subscribes again after an absence,
 * and what was published meanwhile is lost.
 */
export const connectRedis = (
  url: string,
  log: Logger,
  purpose: string,
  { timeoutMs = commandTimeoutMs, oneNode = false }: ConnectOptions = {},
): RedisConnection => {
  const redis = failFastRedis(url, { timeoutMs, oneNode, name: `agora-${purpose.replaceAll(' ', '-')}` });
  const fallSilent = logAvailability(redis, log, `Redis (${purpose})`);
  const replies = refusalLog(log, `a command (${purpose})`);
  observeReplies(redis, replies);
  return {
    redis,
    isUp: () => redis.status === 'ready',
    refusal: replies.refusal,
    close: () => {
      fallSilent();
      redis.disconnect();
    },
  };
};
