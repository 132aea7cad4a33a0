/**
 * A connection to Redis for what may be lost: rate limits, caches, announcements. Whoever uses it has an answer of its
 * own for when Redis is away, so a command fails at once instead of waiting. (The queue has its own: platform/bus.)
 */
import { Redis } from 'ioredis';
import { linkState } from './bus/link-state.ts';
import type { Logger } from './log.ts';

export interface RedisConnection {
  readonly redis: Redis;
  /** False while Redis is away: a command would fail at once. */
  readonly isUp: () => boolean;
  /** Ends the connection; whatever is under way on it fails. */
  readonly close: () => void;
}

// All keys of one Redis are one space: BullMQ's begin with `{agora}`, ours with this.
export const redisKeyPrefix = 'agora:gateway:';

// 250 ms: a hundred times what a healthy Redis takes, and less than a person notices.
const commandTimeoutMs = 250;

// 0.1 s growing to 2 s: quick after a restart, quiet during a long absence.
const reconnectAfterMs = (times: number) => Math.min(times * 100, 2_000);

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
  timeoutMs = commandTimeoutMs,
): RedisConnection => {
  const link = linkState(log, `Redis (${purpose})`);
  const redis = new Redis(url, {
    connectionName: `agora-${purpose.replaceAll(' ', '-')}`,
    enableOfflineQueue: false,
    // 0: a command that was under way when the connection broke fails now.
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    // A connection that went silent is given up as well, or each command after this one would time out on it.
    socketTimeout: timeoutMs,
    retryStrategy: reconnectAfterMs,
  });
  const closed = () => link.down(new Error('the connection was closed'));
  redis.on('error', link.down);
  redis.on('close', closed);
  redis.on('ready', link.up);
  return {
    redis,
    isUp: () => redis.status === 'ready',
    close: () => {
      redis.off('close', closed);
      redis.disconnect();
    },
  };
};
