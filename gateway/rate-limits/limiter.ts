/** Counts what was taken from buckets: in Redis for all gateways together; in this process without one, or while it is away. */
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/redis.ts';
import type { Bucket } from './buckets.ts';

/** How a bucket stands after something was taken, or should have been. */
export interface Standing {
  readonly bucket: string;
  readonly limit: Bucket;
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface Limiter {
  take(key: string, points: number): Promise<Standing>;
}

export const limiter = (name: string, limit: Bucket, redis: RedisConnection | undefined): Limiter => {
  const counter = counterOf(name, limit, redis);
  const standing = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Standing => ({
    bucket: name,
    limit,
    allowed,
    remaining: remainingPoints,
    resetSeconds: Math.ceil(msBeforeNext / 1_000),
  });
  return {
    take: async (key, points) => {
      try {
        return standing(true, await counter.consume(key, points));
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return standing(false, refusal);
        throw refusal;
      }
    },
  };
};

const counterOf = (name: string, limit: Bucket, redis: RedisConnection | undefined): RateLimiterAbstract => {
  const options = { points: limit.points, duration: limit.windowSeconds, keyPrefix: `${redisKeyPrefix}rate:${name}` };
  const here = new RateLimiterMemory(options);
  if (!redis) return here;
  return new RateLimiterRedis({
    ...options,
    storeClient: redis.redis,
    rejectIfRedisNotReady: true,
    // Without Redis each gateway counts for itself: looser by their number, and nobody is turned away for it.
    insuranceLimiter: here,
    // Whoever is over is refused from memory: a flood ends here and not at Redis.
    inMemoryBlockOnConsumed: limit.points + 1,
  });
};
