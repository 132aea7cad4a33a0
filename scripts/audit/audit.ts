/** All invariants over all four databases. Reads only. */
import pg from 'pg';
import { type SubgraphName, subgraphNames } from '../../contracts/services.ts';
import type { Finding } from './report.ts';
import { type Databases, type Query, readOnly } from './rule.ts';
import { rules } from './rules/index.ts';

export type DatabaseUrls = Readonly<Record<SubgraphName, string>>;

// 60 s: several times what a message takes when all services are up.
export const defaultSettleMs = 60_000;

/**
 * Checks every rule. What is younger than `settleMs` counts as in flight: 0 is right only for a system that has come
 * to rest. Throws when a database cannot be read.
 */
export const audit = async (urls: DatabaseUrls, settleMs = defaultSettleMs): Promise<readonly Finding[]> => {
  const pools = subgraphNames.map((name) => [name, openReadOnly(urls[name])] as const);
  const databases = Object.fromEntries(pools.map(([name, pool]): [string, Query] => [name, readOnly(pool)]));
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

const openReadOnly = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    connectionTimeoutMillis: 5_000,
    options: '-c default_transaction_read_only=on',
  });
  // A server that goes away while a connection idles is reported by the next query.
  pool.on('error', () => undefined);
  return pool;
};
