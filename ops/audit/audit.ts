/** All invariants over all four databases. Reads only. */

import { boundedConnection } from '#platform/database/connection.ts';
import pg from '#platform/database/pg.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { subgraphNames } from '../services.ts';
import { checkRules } from './check-rules.ts';
import { movedSince, watermarkAt } from './moved.ts';
import type { Finding } from './report.ts';
import { type Databases, type Query, readOnly, type Watermark } from './rule.ts';
import { rules } from './rules/index.ts';

// 60 s: several times what a message takes when all services are up.
export const defaultSettleMs = 60_000;

// 60 s for one statement, which reads a page, or in a full round a table: millions of rows take seconds. What takes longer
// keeps the database from cleaning up behind its writers, and a connection from somebody else.
const statementTimeoutMs = 60_000;

export interface Round {
  readonly findings: readonly Finding[];
  /** What a later round may take as its `since`. */
  readonly watermark: Watermark;
  /** A breach stands that an incremental round might pass by: the next one has to be full, to see whether it still does. */
  readonly nextIsFull: boolean;
  /** It looked at everything, and not only at what had moved. */
  readonly isFull: boolean;
}

export interface RoundOptions {
  /** What is younger counts as in flight: 0 is right only for a system that has come to rest. */
  readonly settleMs: number;
  /** Look only at what has happened since that round, as far as the rules allow. */
  readonly since?: Watermark | undefined;
  /** Aborted: breaks off, a statement under way as well, and throws its reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onTiming?: (what: string, tookMs: number) => void;
}

/** One round of all rules, over one connection to each database. Throws when a database cannot be read. */
export const auditRound = async (urls: DatabaseUrls, options: RoundOptions): Promise<Round> => {
  const { settleMs, since, signal, onTiming = () => undefined } = options;
  const pools = subgraphNames.map((name) => [name, openReadOnly(urls[name], signal)] as const);
  const databases = Object.fromEntries(
    pools.map(([name, pool]): [string, Query] => [name, readOnly(pool, signal)]),
  ) as unknown as Databases;
  try {
    const settledBefore = new Date((await earliestNow(databases)) - settleMs);
    const watermark = await watermarkAt(databases, settledBefore);
    const moved = since && (await movedSince(databases, since));
    const findings = await checkRules(rules, { databases, settledBefore, ...(moved && { moved }) }, onTiming);
    return { findings, watermark, nextIsFull: !areSeenAgain(findings), isFull: moved === undefined };
  } finally {
    await Promise.all(pools.map(([, pool]) => pool.end()));
  }
};

/** What each round looks at whole is seen again, however long ago it happened. */
const areSeenAgain = (findings: readonly Finding[]): boolean => {
  const always = new Set(rules.filter(({ scope }) => scope === 'always').map(({ name }) => name));
  return findings.every(({ rule, breaches }) => breaches.length === 0 || always.has(rule));
};

/** Everything, once. */
export const audit = async (
  urls: DatabaseUrls,
  settleMs = defaultSettleMs,
  signal?: AbortSignal,
): Promise<readonly Finding[]> => (await auditRound(urls, { settleMs, signal })).findings;

/** Of the four servers, by the clock that is furthest behind: what it calls settled is settled for all. */
const earliestNow = async (databases: Databases): Promise<number> => {
  const rows = await Promise.all(
    subgraphNames.map(async (name) => (await databases[name]<{ at: Date }>('SELECT now() AS at'))[0]),
  );
  return Math.min(...rows.map((row) => row?.at.getTime() ?? Number.NaN));
};

// 100 ms between two audits of a system that comes to rest.
const lookAgainMs = 100;

/**
 * For a system that nobody uses any more: nothing counts as in flight, and it is given `withinMs` to come to rest.
 * Returns the first clean findings, or the last ones when time is up.
 */
export const auditAtRest = async (urls: DatabaseUrls, withinMs: number): Promise<readonly Finding[]> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const findings = await audit(urls, 0);
    if (findings.every(({ breaches }) => breaches.length === 0) || Date.now() > deadline) return findings;
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
};

const openReadOnly = (url: string, signal?: AbortSignal): pg.Pool => {
  const pool = new pg.Pool({
    // A minute and 5 s: the server's own time-out comes first, unless the connection is dead.
    ...boundedConnection(url, { name: 'agora-audit', connectMs: 5_000, answerMs: statementTimeoutMs + 5_000 }),
    max: 1,
    // Not by a statement: a pooler in transaction mode would lend a connection that only reads to a service, so it has to
    // refuse. Pages are read by index: a table that the planner reads whole for each page, because it takes the disk for a
    // spinning one or its statistics are old, would make of minutes hours.
    options: `-c default_transaction_read_only=on -c statement_timeout=${statementTimeoutMs} -c random_page_cost=1.1 -c jit=off`,
  });
  pool.on('connect', (client) => {
    signal?.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true });
  });
  // A server that goes away while a connection idles is reported by the next query.
  pool.on('error', () => undefined);
  return pool;
};
