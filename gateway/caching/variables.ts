/** Variables and bounds of caching. */
import { z } from 'zod';

const onOrOff = z.enum(['on', 'off']);

export const cachingVariables = {
  // Caches of whole responses to public queries, and of single entities.
  RESPONSE_CACHE: onOrOff.default('on'),
  ENTITY_CACHE: onOrOff.default('on'),
  // `events`: entries are invalidated by change notifications, and both caches are off where none can arrive. `ttl`:
  // entries only expire, possibly long after a change; for a graph that publishes no change notifications.
  CACHE_INVALIDATION: z.enum(['events', 'ttl']).default('events'),
  // 64 MiB: the demo catalogue ten times over. In this process, and as much again for what it has put into Redis.
  CACHE_MAX_BYTES: z.coerce.number().int().positive().default(67_108_864),
  // Browsers and CDNs cannot be invalidated. 1 s: price changes show in time everywhere, and a CDN still turns a
  // thousand requests a second into one.
  HTTP_CACHE_MAX_AGE_SECONDS: z.coerce.number().int().min(0).default(1),
};

export const cachingBounds = {
  // 1 MiB: a full page of 100 products. One entry must not evict a thousand others.
  entryBytes: 1_048_576,
  // 1 hour at most, whatever the subgraph allows: it bounds the damage of a lost change notification.
  maxAgeSeconds: 3_600,
  // 20 ms: twenty times a healthy Redis, and less than the fetch that a hit saves.
  storeTimeoutMs: 20,
  // 0.1 s between retries of an invalidation that Redis did not accept. Nothing is read until it has.
  retryMs: 100,
  // 1,000 operations are remembered as uncacheable for 60 s each; then one request tries again.
  uncacheableOperations: 1_000,
  uncacheableTtlMs: 60_000,
};
