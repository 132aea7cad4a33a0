/**
 * Variables and bounds of the way to the subgraphs. Each `SUBGRAPH_…` is for all of them; `<NAME>_SUBGRAPH_…` is for the
 * one of that name, whatever subgraphs the supergraph has: `catalog-v2` reads `CATALOG_V2_SUBGRAPH_TIMEOUT_MS`.
 */
import { z } from 'zod';
import { variable } from '#platform/config/config.ts';
import { requestHeaderList, responseHeaderList } from './header-lists.ts';

const count = (fallback: number, least = 0) => z.coerce.number().int().min(least).default(fallback);
const onOrOff = z.enum(['on', 'off']).default('on');

const ofEverySubgraph = {
  // 10 s: placeOrder may wait up to 5 s for its outcome, and a client gives up at 15–30 s. For all tries together, from
  // the moment at which the call has its place.
  SUBGRAPH_TIMEOUT_MS: variable.milliseconds(10_000),
  // A host that does not even accept a connection in 2 s is down, whatever the request's own time-out.
  SUBGRAPH_CONNECT_TIMEOUT_MS: variable.milliseconds(2_000),
  // A page of 100 products with everything in it is under 1 MiB; an answer beyond 8 MiB is a fault, not data.
  SUBGRAPH_MAX_RESPONSE_BYTES: count(8_388_608, 1),

  // One placeOrder that waits holds one place for up to 5 s. 256 at 20 ms each are 12,000 calls a second, more than this
  // process can make; those beyond wait for their turn, and what would wait for longer than it is worth is refused.
  SUBGRAPH_CONCURRENCY: count(256, 1),
  SUBGRAPH_QUEUE: count(1_000),
  // 5 s: with the time-out these are the 15 s that a client waits.
  SUBGRAPH_QUEUE_TIMEOUT_MS: variable.milliseconds(5_000),
  // What one viewer (a guest: one address) may have of both. An eighth of the places: a page asks for ten things at once, a
  // whole office behind one address makes 1,600 calls of 20 ms a second with 32. Those that a viewer has waiting beyond it,
  // 128, are answered within the 5 s unless each is slow.
  SUBGRAPH_VIEWER_CONCURRENCY: count(32, 1),
  SUBGRAPH_VIEWER_QUEUE: count(128),

  // Whether a subgraph that keeps failing is left alone for a while, and callers are told so at once.
  SUBGRAPH_BREAKER: onOrOff,
  // 5 in a row are no coincidence. Half of the calls of 10 s, when there were 20, is too many for a customer too.
  SUBGRAPH_BREAKER_FAILURES: count(5, 1),
  SUBGRAPH_BREAKER_PERCENT: z.coerce.number().min(1).max(100).default(50),
  // A client that leaves after so long without an answer is a failure, too. 2 s: answers take milliseconds, and whoever only
  // goes on to the next page leaves sooner. (Nobody waits for less with a purchase: that is not called off.)
  SUBGRAPH_BREAKER_SLOW_MS: variable.milliseconds(2_000),
  // 1 s: what a restarting service takes. A probe that meets a frozen one costs one caller a time-out, not everybody.
  SUBGRAPH_BREAKER_PROBE_MS: variable.milliseconds(1_000),

  // Two more tries outlast a replica that is being replaced; the budget keeps retries under a fifth of the load.
  SUBGRAPH_RETRIES: count(2),
  SUBGRAPH_RETRY_RATIO: z.coerce.number().min(0).max(1).default(0.2),

  // Whether a host name with several addresses is that many replicas, looked up again every 2 s.
  SUBGRAPH_FOLLOW_DNS: onOrOff,

  // Whether the same question of the same viewer, asked again while the first is under way, waits for its answer.
  SUBGRAPH_DEDUPLICATION: onOrOff,
};

// Several, with commas between them, are replicas of one subgraph.
const subgraphUrls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .pipe(z.array(variable.url('http', 'https')).min(1));

export const upstreamVariables = {
  ...ofEverySubgraph,
  // An operator of another supergraph lets through what its subgraphs need, as `authorization`. Ours need nothing.
  FORWARD_REQUEST_HEADERS: requestHeaderList,
  FORWARD_RESPONSE_HEADERS: responseHeaderList,
};

const ofOneSubgraph = {
  /** Where it is instead of where the supergraph says. */
  SUBGRAPH_URL: subgraphUrls,
  ...Object.fromEntries(Object.entries(ofEverySubgraph).map(([name, schema]) => [name, schema.unwrap()])),
} as { readonly SUBGRAPH_URL: typeof subgraphUrls } & {
  readonly [K in keyof typeof ofEverySubgraph]: ReturnType<(typeof ofEverySubgraph)[K]['unwrap']>;
};

type OfOneSubgraph = typeof ofOneSubgraph;
export type UpstreamVariables = z.output<z.ZodObject<typeof upstreamVariables>>;
export type SubgraphVariables = {
  readonly [K in keyof OfOneSubgraph as `${string}_${K}`]?: z.output<OfOneSubgraph[K]>;
};

const isVariable = (name: string): name is keyof OfOneSubgraph => Object.hasOwn(ofOneSubgraph, name);

/** The variables of single subgraphs that this environment speaks of, for `readConfig` to check beside the others. */
export const subgraphVariablesOf = (env: Readonly<Record<string, string | undefined>>) => {
  const shape: Record<string, z.ZodType> = {};
  for (const nameInEnv of Object.keys(env)) {
    const name = nameInEnv.replace(/_FILE$/, '');
    const variable = /^[A-Z0-9_]+?_(SUBGRAPH_[A-Z_]+)$/.exec(name)?.[1] ?? '';
    if (isVariable(variable)) shape[name] = ofOneSubgraph[variable].optional();
  }
  return shape;
};

/** Bounds that nobody has had reason to turn. */
export const upstreamBounds = {
  breakerWindowMs: 10_000,
  breakerMinimumCalls: 20,
  // Full jitter below 25 ms, then below 50 ms: about a connection's set-up time, nothing that a client would notice.
  retryPauseMs: 25,
  // Ten retries at once even after a quiet time, when there is no traffic to take the share from.
  retryReserve: 10,
  // 2 s: how long a new replica waits for its first request, and a question that a name server answers from memory.
  lookupEveryMs: 2_000,
  // An endpoint is left alone for 1 s, 2 s, 4 s … 30 s: a restart takes seconds, a broken host stays broken.
  ejection: { afterFailures: 3, firstMs: 1_000, longestMs: 30_000 },
} as const;
