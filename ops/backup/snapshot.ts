/**
 * A consistent snapshot: one of each database, taken so that whatever a service has processed, its sender has sent.
 * docs/adr/0021 has the proof.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messages, sendersOf } from '#contracts/messages/index.ts';
import pg from '#platform/database/pg.ts';
import type { Databases, Row } from '../audit/rule.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import { type Connections, inEach } from './connections.ts';

export interface SnapshotLimits {
  readonly lockTimeoutMs: number;
  readonly attempts: number;
  readonly backOffMs: number;
  readonly idleTimeoutMs: number;
}

export const snapshotLimits: SnapshotLimits = {
  // 2 s: processing a message takes milliseconds, and PostgreSQL cancels a conflicting autovacuum after one second. It is also
  // the longest that a backup holds up message processing.
  lockTimeoutMs: 2_000,
  // 5 attempts, 2 s more between them each time: after half a minute it is not bad luck but a hanging transaction.
  attempts: 5,
  backOffMs: 2_000,
  // 5 s: if this process freezes or its machine is lost while it holds the locks, the server ends the transaction.
  idleTimeoutMs: 5_000,
};

export interface Snapshot {
  /** By the clock of each server. */
  readonly at: Readonly<Record<DatabaseName, Date>>;
  /** From requesting the lock to releasing it: the longest that a message may have waited to be processed. */
  readonly pausedMs: Readonly<Record<DatabaseName, number>>;
  readonly attempts: number;
}

/**
 * Leaves each connection in a transaction (REPEATABLE READ, READ ONLY) that sees the snapshot, without a lock on the inbox.
 * Only the processing of messages waits, for milliseconds. Throws when a transaction that processes one does not end in
 * time after all attempts; no lock is left then either.
 */
export const takeSnapshot = async (
  connections: Connections,
  limits = snapshotLimits,
  signal?: AbortSignal,
): Promise<Snapshot> => {
  for (let attempt = 1; ; attempt++) {
    const startedAt = performance.now();
    const unlocked = await lockInboxes(connections, limits);
    if (unlocked.length === 0) {
      const at = await inEach(connections, beginReading);
      const pausedMs = await inEach(connections, async (client) => {
        await releaseInbox(client);
        return performance.now() - startedAt;
      });
      return { at, pausedMs, attempts: attempt };
    }
    await inEach(connections, (client) => client.query('ROLLBACK'));
    if (attempt === limits.attempts)
      throw new Error(
        `the inbox of ${unlocked.join(', ')} could not be locked within ${limits.lockTimeoutMs} ms, ${attempt} times: a transaction hangs there`,
      );
    await sleep(limits.backOffMs * attempt, undefined, { signal });
  }
};

/** Locks all inboxes; returns those that could not be locked in time. */
const lockInboxes = async (connections: Connections, limits: SnapshotLimits): Promise<readonly DatabaseName[]> => {
  const locked = await inEach(connections, (client) => lockInbox(client, limits));
  return databaseNames.filter((name) => !locked[name]);
};

/**
 * SHARE: waits for the transactions that are processing a message, and lets no other begin. LOCK takes no snapshot, so the
 * transaction's own is still to come; and rolling back to the savepoint releases the lock before the transaction ends.
 */
const lockInbox = async (client: pg.Client, { lockTimeoutMs, idleTimeoutMs }: SnapshotLimits): Promise<boolean> => {
  await client.query(`
    BEGIN ISOLATION LEVEL REPEATABLE READ;
    SAVEPOINT before_the_lock;
    SET LOCAL lock_timeout = ${Math.trunc(lockTimeoutMs)};
    SET LOCAL idle_in_transaction_session_timeout = ${Math.trunc(idleTimeoutMs)}`);
  try {
    await client.query('LOCK TABLE inbox_message IN SHARE MODE');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === lockNotAvailable) return false;
    throw error;
  }
};

const lockNotAvailable = '55P03';

/** The first query of the transaction takes its snapshot. */
const beginReading = async (client: pg.Client): Promise<Date> => {
  const { rows } = await client.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  return rows[0]?.at ?? new Date(Number.NaN);
};

/**
 * Fails when the server has ended the transaction and thereby the lock: then the snapshot is not consistent. Without time-outs
 * from here on, because a large table takes long to copy and one database may wait for another.
 */
const releaseInbox = (client: pg.Client): Promise<unknown> =>
  client.query(`
    ROLLBACK TO SAVEPOINT before_the_lock;
    RELEASE SAVEPOINT before_the_lock;
    SET TRANSACTION READ ONLY;
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0`);

interface ProcessedMessage extends Row {
  readonly id: string;
  readonly type: string;
}

export interface OrphanEffect extends ProcessedMessage {
  readonly processedBy: DatabaseName;
}

// 5,000 ids a query, as in the audit: a few hundred KiB.
const pageSize = 5_000;

const processed = `SELECT id, type FROM inbox_message WHERE id > $1 ORDER BY id LIMIT ${pageSize}`;
const unsent = `
  SELECT processed.id FROM unnest($1::text[]) AS processed(id)
   WHERE NOT EXISTS (SELECT 1 FROM outbox_message WHERE outbox_message.id = processed.id)`;

/** Verifies a snapshot: the messages that were processed, but that are in the outbox of no service that may have sent them. */
export const orphanEffects = async (databases: Databases): Promise<readonly OrphanEffect[]> => {
  const found: OrphanEffect[] = [];
  for (const processedBy of databaseNames) {
    for (let after = ''; ; ) {
      const page = await databases[processedBy]<ProcessedMessage>(processed, after);
      const orphans = await withoutSender(databases, page);
      found.push(...orphans.map((orphan) => ({ ...orphan, processedBy })));
      const last = page.at(-1);
      if (!last || page.length < pageSize) break;
      after = last.id;
    }
  }
  return found;
};

const withoutSender = async (
  databases: Databases,
  page: readonly ProcessedMessage[],
): Promise<readonly ProcessedMessage[]> => {
  const left = new Map(page.map((message) => [message.id, message]));
  for (const sender of databaseNames) {
    const candidates = [...left.values()]
      .filter(({ type }) => sendersOfType(type).includes(sender))
      .map(({ id }) => id);
    const unknown = new Set((await databases[sender]<{ id: string }>(unsent, candidates)).map(({ id }) => id));
    for (const id of candidates) if (!unknown.has(id)) left.delete(id);
  }
  return [...left.values()];
};

/** A message that this release does not know may be anyone's. */
const sendersOfType = (type: string): readonly DatabaseName[] => {
  const senders = messages.filter((message) => message.type === type).flatMap((each) => sendersOf(each, databaseNames));
  return senders.length > 0 ? senders : databaseNames;
};
