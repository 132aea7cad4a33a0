/** Variables and bounds of live updates. */
import { z } from 'zod';
import { variable } from '#platform/config/config.ts';

const count = (fallback: number) => z.coerce.number().int().min(1).max(100_000).default(fallback);

export const liveVariables = {
  // Whether subscriptions are offered.
  LIVE_UPDATES: z.enum(['on', 'off']).default('on'),
  // 5000 streams take about 200 MB; run more gateways for more.
  LIVE_STREAMS: count(5_000),
  // 20: every tab with an order that a customer has open. Staff who watch more use lists.
  LIVE_STREAMS_PER_VIEWER: count(20),
  // 200: ten guests with as many tabs, or an office of them. Guests are counted both by session, if they have one, and by
  // address, since anybody may begin sessions.
  LIVE_STREAMS_PER_ADDRESS: count(200),
  // 12 s: proxies and phones drop idle connections after 30 to 60 s.
  LIVE_HEARTBEAT_MS: variable.milliseconds(12_000),
  // 30 s: the delay that a lost change notification costs at most. 5000 streams make 170 queries a second of it.
  LIVE_SAFETY_MS: variable.milliseconds(30_000),
  // 2 s: the same while no change notifications arrive, or where nothing carries them (REDIS_URL, EVENTS_DATABASE_URL).
  LIVE_ALONE_MS: variable.milliseconds(2_000),
};

export type LiveVariables = Pick<
  z.output<z.ZodObject<typeof liveVariables>>,
  Extract<keyof typeof liveVariables, `LIVE_${string}`>
>;

export const liveBounds = {
  // 8 KiB of JSON: a stream's operation is kept while it is open, so 5000 of them take 40 MB. Ours have 600 bytes with
  // their variables, and 2 levels.
  operationBytes: 8_192,
  operationDepth: 20,
  // 16 at once: a change that concerns thousands of streams must not take the subgraphs for itself.
  concurrency: 16,
  // 1 s doubling to 15 s while the entity is unavailable: prompt once its subgraph is back.
  retryBaseMs: 1_000,
  retryCapMs: 15_000,
  // 30 s: a client that has not read for so long is gone.
  stalledMs: 30_000,
  // 5 s: Retry-After for clients refused because there are too many streams.
  retryAfterSeconds: 5,
};
