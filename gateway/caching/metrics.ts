/** Cache metrics. */
import { Counter, Gauge } from 'prom-client';
import type { Registry } from '#platform/observability/metrics.ts';

type CacheName = 'response' | 'entity';
/** `bypass`: not cacheable. `error`: the store was unavailable. */
export type CacheOutcome = 'hit' | 'miss' | 'bypass' | 'error';

export interface CacheMetrics {
  readonly lookedUp: (cache: CacheName, outcome: CacheOutcome, count?: number) => void;
  readonly invalidated: (subgraph: string) => void;
}

export const cacheMetrics = (registry: Registry, bytes: () => number): CacheMetrics => {
  const requests = new Counter({
    name: 'agora_gateway_cache_requests_total',
    help: 'Cache lookups of responses and entities, by outcome',
    labelNames: ['cache', 'outcome'],
    registers: [registry],
  });
  const invalidations = new Counter({
    name: 'agora_gateway_cache_invalidations_total',
    help: 'Invalidations of cached subgraph data by change notifications',
    labelNames: ['subgraph'],
    registers: [registry],
  });
  new Gauge({
    name: 'agora_gateway_cache_bytes',
    help: 'Bytes that this process caches, or has put into Redis',
    registers: [registry],
    collect() {
      this.set(bytes());
    },
  });
  return {
    lookedUp: (cache, outcome, count = 1) => {
      if (count > 0) requests.inc({ cache, outcome }, count);
    },
    invalidated: (subgraph) => invalidations.inc({ subgraph }),
  };
};
