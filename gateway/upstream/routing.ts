/** Where a subgraph is and how it is treated: the supergraph's word, unless the environment has another. */
import type { SubgraphVariables, UpstreamVariables } from './variables.ts';

export type SubgraphSettings = ReturnType<typeof subgraphSettings>;

/** `catalog-v2` → `CATALOG_V2` */
export const prefixOf = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '_');

export const subgraphSettings = (
  config: UpstreamVariables & SubgraphVariables,
  name: string,
  urlInSupergraph: string,
) => {
  const prefix = prefixOf(name);
  return {
    urls: config[`${prefix}_SUBGRAPH_URL`] ?? [urlInSupergraph],
    timeoutMs: config[`${prefix}_SUBGRAPH_TIMEOUT_MS`] ?? config.SUBGRAPH_TIMEOUT_MS,
    connectTimeoutMs: config[`${prefix}_SUBGRAPH_CONNECT_TIMEOUT_MS`] ?? config.SUBGRAPH_CONNECT_TIMEOUT_MS,
    maxResponseBytes: config[`${prefix}_SUBGRAPH_MAX_RESPONSE_BYTES`] ?? config.SUBGRAPH_MAX_RESPONSE_BYTES,
    concurrency: config[`${prefix}_SUBGRAPH_CONCURRENCY`] ?? config.SUBGRAPH_CONCURRENCY,
    queue: config[`${prefix}_SUBGRAPH_QUEUE`] ?? config.SUBGRAPH_QUEUE,
    queueTimeoutMs: config[`${prefix}_SUBGRAPH_QUEUE_TIMEOUT_MS`] ?? config.SUBGRAPH_QUEUE_TIMEOUT_MS,
    viewerConcurrency: config[`${prefix}_SUBGRAPH_VIEWER_CONCURRENCY`] ?? config.SUBGRAPH_VIEWER_CONCURRENCY,
    viewerQueue: config[`${prefix}_SUBGRAPH_VIEWER_QUEUE`] ?? config.SUBGRAPH_VIEWER_QUEUE,
    breaker: (config[`${prefix}_SUBGRAPH_BREAKER`] ?? config.SUBGRAPH_BREAKER) === 'on',
    breakerFailures: config[`${prefix}_SUBGRAPH_BREAKER_FAILURES`] ?? config.SUBGRAPH_BREAKER_FAILURES,
    breakerPercent: config[`${prefix}_SUBGRAPH_BREAKER_PERCENT`] ?? config.SUBGRAPH_BREAKER_PERCENT,
    breakerSlowMs: config[`${prefix}_SUBGRAPH_BREAKER_SLOW_MS`] ?? config.SUBGRAPH_BREAKER_SLOW_MS,
    breakerProbeMs: config[`${prefix}_SUBGRAPH_BREAKER_PROBE_MS`] ?? config.SUBGRAPH_BREAKER_PROBE_MS,
    retries: config[`${prefix}_SUBGRAPH_RETRIES`] ?? config.SUBGRAPH_RETRIES,
    retryRatio: config[`${prefix}_SUBGRAPH_RETRY_RATIO`] ?? config.SUBGRAPH_RETRY_RATIO,
    followDns: (config[`${prefix}_SUBGRAPH_FOLLOW_DNS`] ?? config.SUBGRAPH_FOLLOW_DNS) === 'on',
    // Two guests who ask the same are strangers: a cookie that a subgraph sets must not become both's.
    deduplication:
      (config[`${prefix}_SUBGRAPH_DEDUPLICATION`] ?? config.SUBGRAPH_DEDUPLICATION) === 'on' &&
      !config.FORWARD_RESPONSE_HEADERS.includes('set-cookie'),
    returnHeaders: config.FORWARD_RESPONSE_HEADERS,
  };
};
