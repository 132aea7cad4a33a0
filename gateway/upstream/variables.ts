/**
 * Variables and bounds of subgraph calls. `SUBGRAPH_…` applies to all subgraphs, `<NAME>_SUBGRAPH_…` to one:
 * `catalog-v2` reads `CATALOG_V2_SUBGRAPH_TIMEOUT_MS`.
 */
import { z } from 'zod';
import { requestIdHeader, viewerHeader } from '#contracts/viewer.ts';
import { variable } from '#platform/config/config.ts';

const count = (fallback: number, least = 0) => z.coerce.number().int().min(least).default(fallback);
const onOrOff = z.enum(['on', 'off']).default('on');

const ofEverySubgraph = {
  // 10 s: placeOrder may wait up to 5 s for its outcome, and clients give up at 15–30 s. For all attempts together,
  // without the time in the queue.
  SUBGRAPH_TIMEOUT_MS: variable.milliseconds(10_000),
  // 2 s: a host that does not accept a connection by then is down, whatever the request's time-out.
  SUBGRAPH_CONNECT_TIMEOUT_MS: variable.milliseconds(2_000),
  // 8 MiB: a full page of 100 products is under 1 MiB; a larger answer is a fault.
  SUBGRAPH_MAX_RESPONSE_BYTES: count(8_388_608, 1),

  // A waiting placeOrder holds a slot for up to 5 s. 256 at 20 ms each are 12,000 calls a second, more than this
  // process can make; the rest is queued, and refused when the wait would be too long.
  SUBGRAPH_CONCURRENCY: count(256, 1),
  SUBGRAPH_QUEUE: count(1_000),
  // 5 s: with the time-out these are the 15 s that a client waits.
  SUBGRAPH_QUEUE_TIMEOUT_MS: variable.milliseconds(5_000),
  // One viewer's share of both (a guest: one address). An eighth of the slots: a page makes ten calls at once, and with
  // 32 a whole office behind one address makes 1,600 calls of 20 ms a second. The 128 queued beyond that are answered
  // within 5 s unless each is slow.
  SUBGRAPH_VIEWER_CONCURRENCY: count(32, 1),
  SUBGRAPH_VIEWER_QUEUE: count(128),

  // Whether calls of a subgraph that keeps failing fail fast for a while.
  SUBGRAPH_BREAKER: onOrOff,
  // 5 consecutive failures are no coincidence. Half of the calls within 10 s, when there were 20, is too many as well.
  SUBGRAPH_BREAKER_FAILURES: count(5, 1),
  SUBGRAPH_BREAKER_PERCENT: z.coerce.number().min(1).max(100).default(50),
  // A client that leaves after this long without an answer counts as a failure. 2 s: answers take milliseconds, and
  // clients that only navigate away leave sooner. (Purchases are not aborted.)
  SUBGRAPH_BREAKER_SLOW_MS: variable.milliseconds(2_000),
  // 1 s: what a restarting service takes. A probe of a frozen one costs one caller a time-out, not everybody.
  SUBGRAPH_BREAKER_PROBE_MS: variable.milliseconds(1_000),

  // Two more attempts outlast a replica that is being replaced; the budget keeps retries under a fifth of the load.
  SUBGRAPH_RETRIES: count(2),
  SUBGRAPH_RETRY_RATIO: z.coerce.number().min(0).max(1).default(0.2),

  // Whether each address of a host name is a replica of its own, looked up every 2 s.
  SUBGRAPH_FOLLOW_DNS: onOrOff,

  // Whether identical concurrent queries of the same viewer share one call.
  SUBGRAPH_DEDUPLICATION: onOrOff,
};

// Several, comma-separated, are replicas of one subgraph.
const subgraphUrls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .pipe(z.array(variable.url('http', 'https')).min(1));

// Header allow-lists, from the client to the subgraphs and back. Empty by default.
/** Belong to one connection or describe one body; the gateway sets its own on each side. */
const perConnection = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-type',
  'content-encoding',
];

/** Set by the gateway alone: a client that could set them would choose its own identity. */
const neverSent = new Set([
  ...perConnection,
  'host',
  'expect',
  'accept',
  'accept-encoding',
  viewerHeader,
  requestIdHeader,
  'traceparent',
]);

/** Set by the gateway for the merged response. */
const neverReturned = new Set([...perConnection, 'cache-control', 'vary', 'date', requestIdHeader]);

const isToken = (name: string): boolean => /^[\w!#$%&'*+.^`|~-]+$/.test(name);

const headerList = (refused: ReadonlySet<string>) =>
  z
    .string()
    .default('')
    .transform((text) => [...new Set(text.split(',').map((name) => name.trim().toLowerCase()))].filter(Boolean))
    .superRefine((names, context) => {
      for (const name of names) {
        if (!isToken(name)) context.addIssue({ code: 'custom', message: `"${name}" is not a header name` });
        if (refused.has(name))
          context.addIssue({ code: 'custom', message: `${name} is set by the gateway and cannot be forwarded` });
      }
    });

const requestHeaderList = headerList(neverSent);
const responseHeaderList = headerList(neverReturned);

export const upstreamVariables = {
  ...ofEverySubgraph,
  // Client headers forwarded to subgraphs, and subgraph headers returned to clients; ours need none. Another supergraph
  // may need `authorization`.
  FORWARD_REQUEST_HEADERS: requestHeaderList,
  FORWARD_RESPONSE_HEADERS: responseHeaderList,
};

const ofOneSubgraph = {
  /** Overrides the supergraph's routing URL. */
  SUBGRAPH_URL: subgraphUrls,
  ...Object.fromEntries(Object.entries(ofEverySubgraph).map(([name, schema]) => [name, schema.unwrap()])),
} as { readonly SUBGRAPH_URL: typeof subgraphUrls } & {
  readonly [K in keyof typeof ofEverySubgraph]: ReturnType<(typeof ofEverySubgraph)[K]['unwrap']>;
};

type OfOneSubgraph = typeof ofOneSubgraph;
type UpstreamVariables = z.output<z.ZodObject<typeof upstreamVariables>>;
export type SubgraphVariables = {
  readonly [K in keyof OfOneSubgraph as `${string}_${K}`]?: z.output<OfOneSubgraph[K]>;
};

const isVariable = (name: string): name is keyof OfOneSubgraph => Object.hasOwn(ofOneSubgraph, name);

/** Variables of single subgraphs in this environment, for `readConfig` to check with the others. */
export const subgraphVariablesOf = (env: Readonly<Record<string, string | undefined>>) => {
  const shape: Record<string, z.ZodType> = {};
  for (const nameInEnv of Object.keys(env)) {
    const name = nameInEnv.replace(/_FILE$/, '');
    const variable = /^[A-Z0-9_]+?_(SUBGRAPH_[A-Z_]+)$/.exec(name)?.[1] ?? '';
    if (isVariable(variable)) shape[name] = ofOneSubgraph[variable].optional();
  }
  return shape;
};

/** Bounds that nobody has needed to change. */
export const upstreamBounds = {
  breakerWindowMs: 10_000,
  breakerMinimumCalls: 20,
  // Full jitter below 25 ms, then 50 ms: about a connection's set-up time, unnoticeable for clients.
  retryPauseMs: 25,
  // Ten immediate retries after an idle time, when there is no traffic to take a share of.
  retryReserve: 10,
  // 2 s: the delay until a new replica gets requests; name servers answer from memory.
  lookupEveryMs: 2_000,
  // Ejected for 1 s, 2 s, 4 s … 30 s: a restart takes seconds, a broken host stays broken.
  ejection: { afterFailures: 3, firstMs: 1_000, longestMs: 30_000 },
} as const;

export type SubgraphSettings = ReturnType<typeof subgraphSettings>;

/** `catalog-v2` → `CATALOG_V2` */
export const prefixOf = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '_');

/** The settings of one subgraph: its own variable, else the one for all subgraphs; its URL, else the supergraph's. */
export const subgraphSettings = (
  config: UpstreamVariables & SubgraphVariables,
  name: string,
  urlInSupergraph: string,
) => {
  const prefix = prefixOf(name);
  const setting = <K extends keyof typeof ofEverySubgraph>(variable: K) =>
    (config[`${prefix}_${variable}`] ?? config[variable]) as UpstreamVariables[K];
  return {
    urls: config[`${prefix}_SUBGRAPH_URL`] ?? [urlInSupergraph],
    timeoutMs: setting('SUBGRAPH_TIMEOUT_MS'),
    connectTimeoutMs: setting('SUBGRAPH_CONNECT_TIMEOUT_MS'),
    maxResponseBytes: setting('SUBGRAPH_MAX_RESPONSE_BYTES'),
    concurrency: setting('SUBGRAPH_CONCURRENCY'),
    queue: setting('SUBGRAPH_QUEUE'),
    queueTimeoutMs: setting('SUBGRAPH_QUEUE_TIMEOUT_MS'),
    viewerConcurrency: setting('SUBGRAPH_VIEWER_CONCURRENCY'),
    viewerQueue: setting('SUBGRAPH_VIEWER_QUEUE'),
    breaker: setting('SUBGRAPH_BREAKER') === 'on',
    breakerFailures: setting('SUBGRAPH_BREAKER_FAILURES'),
    breakerPercent: setting('SUBGRAPH_BREAKER_PERCENT'),
    breakerSlowMs: setting('SUBGRAPH_BREAKER_SLOW_MS'),
    breakerProbeMs: setting('SUBGRAPH_BREAKER_PROBE_MS'),
    retries: setting('SUBGRAPH_RETRIES'),
    retryRatio: setting('SUBGRAPH_RETRY_RATIO'),
    followDns: setting('SUBGRAPH_FOLLOW_DNS') === 'on',
    // Two guests with the same query are different clients: a cookie set by a subgraph must not reach both.
    deduplication:
      setting('SUBGRAPH_DEDUPLICATION') === 'on' && !config.FORWARD_RESPONSE_HEADERS.includes('set-cookie'),
    returnHeaders: config.FORWARD_RESPONSE_HEADERS,
  };
};
