/** A round of the audit: all rules over all databases. Reads only. */

import { boundedConnection } from '#platform/database/connection.ts';
import pg from '#platform/database/pg.ts';
import type { DatabaseUrls } from '../addresses.ts';
import { allDatabaseNames } from '../services.ts';
import type { Finding } from './report.ts';
import {
  type AuditContext,
  type AuditedOrder,
  type Databases,
  type OrderRule,
  type OrderViolation,
  type Query,
  type Rule,
  readOnly,
  type Violation,
  type Watermark,
} from './rule.ts';
import { guestRules } from './rules/guests.ts';
import { messageRules } from './rules/messages.ts';
import { notificationRules } from './rules/notifications.ts';
import { orderRules } from './rules/orders.ts';
import { paymentRules } from './rules/payments.ts';
import { stockRules } from './rules/stock.ts';
import { auditedOrders, movedSince, unchanged, watermarkAt } from './scope.ts';

export const rules: readonly Rule[] = [
  ...orderRules,
  ...notificationRules,
  ...paymentRules,
  ...stockRules,
  ...guestRules,
  ...messageRules,
];

// 60 s: several times what a message takes when all services are up.
export const defaultSettleMs = 60_000;

// 60 s for a statement, which reads a page, or in a full round a table: millions of rows take seconds. A longer one would
// keep the database from cleaning up behind its writers, and hold a connection that others need.
const statementTimeoutMs = 60_000;

export interface Round {
  readonly findings: readonly Finding[];
  /** The `since` of a later round. */
  readonly watermark: Watermark;
  /** An incremental round might overlook a violation of this one, so the next has to be full, to see whether it is gone. */
  readonly nextIsFull: boolean;
  /** It covered everything, and not only what had moved. */
  readonly isFull: boolean;
}

export interface RoundOptions {
  /** What is younger counts as in flight: 0 is right only for an idle system. */
  readonly settleMs: number;
  /** Cover only what has happened since that round, as far as the rules allow. */
  readonly since?: Watermark | undefined;
  /** Aborted: stops, even within a statement, and throws the reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onTiming?: (what: string, tookMs: number) => void;
}

/** One round of all rules, over one connection to each database. Throws when a database cannot be read. */
export const auditRound = async (urls: DatabaseUrls, options: RoundOptions): Promise<Round> => {
  const { settleMs, since, signal, onTiming = () => undefined } = options;
  const pools = allDatabaseNames.flatMap((name) => {
    const url = urls[name];
    return url ? [[name, openReadOnly(url, signal)] as const] : [];
  });
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

/** Rules of scope `always` find a violation again, however old it is. */
const areSeenAgain = (findings: readonly Finding[]): boolean => {
  const always = new Set(rules.filter(({ scope }) => scope === 'always').map(({ name }) => name));
  return findings.every(({ rule, violations }) => violations.length === 0 || always.has(rule));
};

/** Everything, once. */
export const audit = async (
  urls: DatabaseUrls,
  settleMs = defaultSettleMs,
  signal?: AbortSignal,
): Promise<readonly Finding[]> => (await auditRound(urls, { settleMs, signal })).findings;

/** Of the servers' clocks the one furthest behind: what it calls settled is settled for all. */
const earliestNow = async (databases: Databases): Promise<number> => {
  const rows = await Promise.all(
    Object.values(databases).map(async (query: Query) => (await query<{ at: Date }>('SELECT now() AS at'))[0]),
  );
  return Math.min(...rows.map((row) => row?.at.getTime() ?? Number.NaN));
};

// 100 ms between two audits of a system that is finishing its work.
const retryAfterMs = 100;

/**
 * For a system that is no longer used: nothing counts as in flight, and it has `withinMs` to finish its work. Returns the
 * first findings without a violation, or the last ones when time is up.
 */
export const auditAtRest = async (urls: DatabaseUrls, withinMs: number): Promise<readonly Finding[]> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const findings = await audit(urls, 0);
    if (findings.every(({ violations }) => violations.length === 0) || Date.now() > deadline) return findings;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
  }
};

const openReadOnly = (url: string, signal?: AbortSignal): pg.Pool => {
  const pool = new pg.Pool({
    // 5 s more: the server's own time-out comes first, unless the connection is dead.
    ...boundedConnection(url, { name: 'agora-audit', connectMs: 5_000, answerMs: statementTimeoutMs + 5_000 }),
    max: 1,
    // As start-up options and not by statements: a pooler in transaction mode must refuse them, rather than lend the read-only
    // connection to a service. Pages are read by index: if the planner scanned a table for each page, because it takes the disk
    // for a spinning one or its statistics are old, minutes would become hours.
    options: `-c default_transaction_read_only=on -c statement_timeout=${statementTimeoutMs} -c random_page_cost=1.1 -c jit=off`,
  });
  pool.on('connect', (client) => {
    signal?.addEventListener('abort', () => void client.end().catch(() => undefined), { once: true });
  });
  // A server that goes away while a connection idles is reported by the next query.
  pool.on('error', () => undefined);
  return pool;
};

type OnTiming = (what: string, tookMs: number) => void;

/** A finding for each rule, in their order; empty for one that this round leaves out. */
export const checkRules = async (
  rules: readonly Rule[],
  context: AuditContext,
  onTiming: OnTiming = () => undefined,
): Promise<readonly Finding[]> => {
  const found = new Map<string, readonly Violation[]>();
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    onTiming(what, performance.now() - start);
    return result;
  };
  const aboutOrders = rules.filter((rule) => rule.scope === 'orders');
  const ofOrders = await timed('the rules about single orders', () => checkOrders(aboutOrders, context));
  for (const [name, violations] of ofOrders) found.set(name, violations);
  for (const rule of rules) {
    if (rule.scope === 'orders' || (rule.scope === 'full' && context.moved)) continue;
    found.set(rule.name, await timed(rule.name, () => rule.check(context)));
  }
  return rules.map(({ name, promise }) => ({ rule: name, promise, violations: found.get(name) ?? [] }));
};

/** All rules share a page and run side by side: there is one connection to each database. */
const checkOrders = async (
  rules: readonly OrderRule[],
  context: AuditContext,
): Promise<ReadonlyMap<string, readonly OrderViolation[]>> => {
  const found = new Map<string, OrderViolation[]>(rules.map(({ name }) => [name, []]));
  for await (const page of auditedOrders(context))
    await Promise.all(
      rules.map(async ({ name, check }) => {
        found.get(name)?.push(...(await ofUnchanged(context, page, await check(context, page))));
      }),
    );
  return found;
};

/**
 * Orders were read before what they are compared with, so one that was cancelled meanwhile looks like one whose payment is
 * missing. Services act only on the messages of an order: one that is still as it was read was not touched.
 */
const ofUnchanged = async (
  { databases }: AuditContext,
  page: readonly AuditedOrder[],
  violations: readonly OrderViolation[],
): Promise<readonly OrderViolation[]> => {
  if (violations.length === 0) return [];
  const same = await unchanged(databases.order, page);
  return violations.filter(({ ids }) => same.has(ids.order));
};
