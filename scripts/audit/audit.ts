/** All invariants over all four databases. Reads only. */
import pg from 'pg';
import { type SubgraphName, subgraphNames } from '../../contracts/services.ts';
import type { Finding } from './report.ts';
import { type Databases, type Query, readOnly } from './rule.ts';
import { rules } from './rules/index.ts';

export type DatabaseUrls = Readonly<Record<SubgraphName, string>>;

// 60 s: several times what a message takes when all services are up.
export const defaultSettleMs = 60_000;

// 60 s for one statement, which reads a page, or one table by an index: millions of rows take seconds. What takes longer
// keeps the database from cleaning up behind its writers, and a connection from somebody else.
const statementTimeoutMs = 60_000;

/**
 * Checks every rule, one after the other, over one connection to each database. What is younger than `settleMs` counts
 * as in flight: 0 is right only for a system that has come to rest. Throws when a database cannot be read, or with the
 * reason of `signal`, which also breaks off a statement under way.
 */
export const audit = async (
  urls: DatabaseUrls,
  settleMs = defaultSettleMs,
  signal?: AbortSignal,
): Promise<readonly Finding[]> => {
  const pools = subgraphNames.map((name) => [name, openReadOnly(urls[name], signal)] as const);
  const databases = Object.fromEntries(pools.map(([name, pool]): [string, Query] => [name, readOnly(pool, signal)]));
  const context = { databases: databases as unknown as Databases, settledBefore: new Date(Date.now() - settleMs) };
  try {
    const findings: Finding[] = [];
    for (const { name, promise, check } of rules)
      findings.push({ rule: name, promise, breaches: await check(context) });
    return findings;
  } finally {
    await Promise.all(pools.map(([, pool]) => pool.end()));
  }
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

const openReadOnly = (connectionString: string, signal?: AbortSignal): pg.Pool => {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    connectionTimeoutMillis: 5_000,
    options: `-c default_transaction_read_only=on -c statement_timeout=${statementTimeoutMs}`,
    application_name: 'agora-audit',
    // A connection that died without a word would be waited for, since the server's own time-out cannot arrive.
    query_timeout: statementTimeoutMs + 5_000,
  });
  pool.on('connect', (client) => {
    signal?.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true });
  });
  // A server that goes away while a connection idles is reported by the next query.
  pool.on('error', () => undefined);
  return pool;
};
