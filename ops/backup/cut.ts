/**
 * The consistent cut: four snapshots, one of each database, in which no effect is without its cause.
 * docs/adr/0021 has the proof.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from '#platform/database/pg.ts';
import { type DatabaseName, databaseNames } from '../services.ts';
import { type Connections, inEach } from './connections.ts';

export interface CutLimits {
  readonly lockTimeoutMs: number;
  readonly attempts: number;
  readonly restMs: number;
  readonly forgottenAfterMs: number;
}

export const cutLimits: CutLimits = {
  // 2 s: a reception takes milliseconds, and PostgreSQL sends an autovacuum out of the way after one second. It is also
  // the longest that receptions stand still because of us.
  lockTimeoutMs: 2_000,
  // 5 tries with 2 s more between them each time: half a minute of bad luck is no luck but a transaction that hangs.
  attempts: 5,
  restMs: 2_000,
  // 5 s: should this process freeze or its machine go away with the locks held, the server ends the transaction.
  forgottenAfterMs: 5_000,
};

export interface Cut {
  /** By the clock of each server. */
  readonly at: Readonly<Record<DatabaseName, Date>>;
  /** From asking for the lock until it was let go: how long a message may have waited to be taken in. */
  readonly pausedMs: Readonly<Record<DatabaseName, number>>;
  readonly attempts: number;
}

/**
 * Leaves each connection in a transaction (REPEATABLE READ, READ ONLY) that sees the cut, and holds no lock on the inbox any
 * more. Only receptions of messages wait, for milliseconds; whatever else a service does goes on. Throws when some
 * reception does not end in time, again and again; then no lock is left either.
 */
export const takeCut = async (connections: Connections, limits = cutLimits, signal?: AbortSignal): Promise<Cut> => {
  for (let attempt = 1; ; attempt++) {
    const asked = performance.now();
    const late = await holdInboxes(connections, limits);
    if (late.length === 0) {
      const at = await inEach(connections, takeSnapshot);
      const pausedMs = await inEach(connections, async (client) => {
        await letGo(client);
        return performance.now() - asked;
      });
      return { at, pausedMs, attempts: attempt };
    }
    await inEach(connections, (client) => client.query('ROLLBACK'));
    if (attempt === limits.attempts)
      throw new Error(
        `the inbox of ${late.join(', ')} could not be held within ${limits.lockTimeoutMs} ms, ${attempt} times: a transaction hangs there`,
      );
    await sleep(limits.restMs * attempt, undefined, { signal });
  }
};

/** Takes the four locks, or says whose could not be had in time. */
const holdInboxes = async (connections: Connections, limits: CutLimits): Promise<readonly DatabaseName[]> => {
  const held = await inEach(connections, (client) => holdInbox(client, limits));
  return databaseNames.filter((name) => !held[name]);
};

/**
 * SHARE: waits until each transaction that has taken a message in has ended, and lets no other take one in. LOCK takes no
 * snapshot, so the transaction's own is still to come; and with the savepoint its lock can be let go before its end.
 */
const holdInbox = async (client: pg.Client, { lockTimeoutMs, forgottenAfterMs }: CutLimits): Promise<boolean> => {
  await client.query(`
    BEGIN ISOLATION LEVEL REPEATABLE READ;
    SAVEPOINT before_the_lock;
    SET LOCAL lock_timeout = ${Math.trunc(lockTimeoutMs)};
    SET LOCAL idle_in_transaction_session_timeout = ${Math.trunc(forgottenAfterMs)}`);
  try {
    await client.query('LOCK TABLE inbox_message IN SHARE MODE');
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === lockNotAvailable) return false;
    throw error;
  }
};

const lockNotAvailable = '55P03';

/** The first query of the transaction: from here on it sees this moment. */
const takeSnapshot = async (client: pg.Client): Promise<Date> => {
  const { rows } = await client.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  return rows[0]?.at ?? new Date(Number.NaN);
};

/**
 * Fails when the server has ended the transaction meanwhile, and with it the lock: then there is no cut. The time-outs go
 * because copying a large table takes as long as it takes, and one database may wait for another.
 */
const letGo = (client: pg.Client): Promise<unknown> =>
  client.query(`
    ROLLBACK TO SAVEPOINT before_the_lock;
    RELEASE SAVEPOINT before_the_lock;
    SET TRANSACTION READ ONLY;
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0`);
