/** Variables and bounds of caching. */
import { z } from 'zod';

const onOrOff = z.enum(['on', 'off']);

export const cachingVariables = {
  // Whole answers of public queries, and entities that a subgraph has given. Each can be switched off.
  RESPONSE_CACHE: onOrOff.default('on'),
  ENTITY_CACHE: onOrOff.default('on'),
  // `events`: an entry goes when an event says so, so both caches are off where no events can be heard. `ttl`: it goes
  // when its time is over, which may be long after the change; for a graph that publishes no change notifications.
  CACHE_INVALIDATION: z.enum(['events', 'ttl']).default('events'),
  // 64 MiB: the demo catalogue ten times over. In this process, and as much again that it has put into Redis.
  CACHE_MAX_BYTES: z.coerce.number().int().positive().default(67_108_864),
  // What leaves the gateway for a browser or a CDN cannot be called back. 1 s: a changed price is seen in time
  // everywhere, and a CDN still turns a thousand requests a second into one.
  HTTP_CACHE_MAX_AGE_SECONDS: z.coerce.number().int().min(0).default(1),
};

export const cachingBounds = {
  // 1 MiB: a page of 100 products with everything in it. One entry must not push out a thousand others.
  entryBytes: 1_048_576,
  // A fresh entry never lives longer, whatever its subgraph says: what a change notification that got lost can cost.
  maxAgeSeconds: 3_600,
  // 20 ms: twenty times what a healthy Redis takes, and less than the fetch that a hit would save.
  storeTimeoutMs: 20,
  // 0.1 s: how soon an invalidation that Redis did not take is tried again. Nothing is read until it is taken.
  retryMs: 100,
  // 1,000 operations are known to be uncacheable, for 60 s each: then one request finds out anew.
  uncacheableOperations: 1_000,
  uncacheableTtlMs: 60_000,
};
