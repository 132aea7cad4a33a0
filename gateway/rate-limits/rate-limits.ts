/**
 * Rate limits per viewer and address, applied twice: to the number of requests per address before anything is read, and
 * to the cost and effects of valid operations before any subgraph is called.
 */
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { GraphQLError } from 'graphql';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { type RedisConnection, redisKeyPrefix } from '#platform/redis/client.ts';
import { addressKey } from '#platform/resilience/limit-key.ts';
import { errorBody } from '../graphql/errors.ts';
import type { ResolvedOperation, Step } from '../graphql/steps.ts';
import { type Bucket, type BucketName, buckets, chargesOf, rootFieldsOf } from './buckets.ts';
import type { RateLimitConfig } from './variables.ts';

interface RateLimitOptions {
  readonly redis: RedisConnection | undefined;
  readonly costOf: (operation: ResolvedOperation) => number;
  readonly metrics: Registry;
}

interface RateLimits {
  /** Counts requests under `/graphql` and to the public paths of services, before anything is read. */
  readonly gates: readonly onRequestAsyncHookHandler[];
  /** Charges operations. */
  readonly step: Step;
}

export const rateLimits = (config: RateLimitConfig, options: RateLimitOptions): RateLimits => {
  if (config.RATE_LIMITS === 'off') return { gates: [], step: {} };
  const { redis, costOf, metrics } = options;
  const refused = new Counter({
    name: 'agora_gateway_rate_limited_requests_total',
    help: 'Requests refused by a rate limit.',
    labelNames: ['bucket'],
    registers: [metrics],
  });
  const addresses = limiter(
    'address',
    { points: config.RATE_LIMIT_REQUESTS_PER_ADDRESS, windowSeconds: 10 },
    undefined,
  );
  const limiters = Object.fromEntries(
    Object.entries(buckets(config)).map(([name, limit]) => [name, limiter(name, limit, redis)]),
  ) as Record<BucketName, Limiter>;
  const take = async (resolved: ResolvedOperation): Promise<void> => {
    const { request, response, document, operation, contextValue } = resolved;
    const { viewer, address } = contextValue;
    // Without an address the gateway itself asks: a live query, charged when it began.
    if (!address) return;
    const charges = chargesOf(
      {
        viewer,
        address,
        kind: operation.operation,
        rootFields: rootFieldsOf(document, operation, request.variables ?? {}),
        cost: costOf(resolved),
      },
      config.RATE_LIMIT_CREDENTIAL_FIELDS,
    );
    const standings = await Promise.all(charges.map(({ bucket, key, points }) => limiters[bucket].take(key, points)));
    for (const [name, value] of Object.entries(rateLimitHeaders(standings))) response.http.headers.set(name, value);
    const empty = standings.filter(({ allowed }) => !allowed);
    for (const { bucket } of empty) refused.inc({ bucket });
    if (empty.length === 0) return;
    response.http.headers.set('retry-after', String(waitSeconds(empty)));
    throw new GraphQLError(message(empty), { extensions: { code: 'RATE_LIMITED', http: { status: 429 } } });
  };
  return { gates: [requestGate(addresses, () => refused.inc({ bucket: 'address' }))], step: { before: take } };
};

const requestGate = (addresses: Limiter, count: () => void) => async (request: FastifyRequest, reply: FastifyReply) => {
  const { url, config } = request.routeOptions;
  if (!url?.startsWith('/graphql') && !config.isPublicPath) return undefined;
  const standing = await addresses.take(addressKey(request.ip), 1);
  if (standing.allowed) return undefined;
  count();
  return reply
    .status(429)
    .headers({ ...rateLimitHeaders([standing]), 'retry-after': standing.resetSeconds })
    .send(errorBody('RATE_LIMITED', message([standing])));
};

const waitSeconds = (empty: readonly BucketState[]): number =>
  Math.max(...empty.map(({ resetSeconds }) => resetSeconds));

const message = (empty: readonly BucketState[]): string =>
  `Rate limit exceeded. Try again in ${waitSeconds(empty)} seconds.`;

/** A bucket's state after a charge. */
interface BucketState {
  readonly bucket: string;
  readonly limit: Bucket;
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetSeconds: number;
}

interface Limiter {
  take(key: string, points: number): Promise<BucketState>;
}

export const limiter = (name: string, limit: Bucket, redis: RedisConnection | undefined): Limiter => {
  const counter = counterOf(name, limit, redis);
  const standing = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): BucketState => ({
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
    // Without Redis each gateway counts for itself: the limit is looser, but nobody is refused for it.
    insuranceLimiter: here,
    // Exhausted keys are refused from memory: a flood does not reach Redis.
    inMemoryBlockOnConsumed: limit.points + 1,
  });
};

/** `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers-11. */
const rateLimitHeaders = (standings: readonly BucketState[]): Record<string, string> => ({
  'ratelimit-policy': standings
    .map(({ bucket, limit }) => `"${bucket}";q=${limit.points};w=${limit.windowSeconds}`)
    .join(', '),
  ratelimit: standings
    .map(({ bucket, remaining, resetSeconds }) => `"${bucket}";r=${remaining};t=${resetSeconds}`)
    .join(', '),
});
