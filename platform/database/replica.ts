/**
 * A copy of a database that follows it a little later. Reads that may be that old go there while it keeps up; this says
 * whether it does. The outbox is the measure: its rows arrive in a replica with the changes that they tell of.
 */

import { availabilityLog } from '../observability/availability-log.ts';
import type { Logger } from '../observability/log.ts';
import { Gauge, type Registry } from '../observability/metrics.ts';
import { startPeriodic } from '../process/periodic.ts';
import { isOutage } from '../resilience/retryable-error.ts';
import type { Sql } from './transaction.ts';

export interface ReplicaBounds {
  readonly checkMs: number;
  readonly behindAfterMs: number;
  readonly waitMs: number;
  readonly lookMs: number;
}

export const replicaBounds: ReplicaBounds = {
  // 0.5 s: how late a process may notice that the replica is away or back; two queries on an index.
  checkMs: 500,
  // 1 s: replicas are milliseconds behind. One that is not is busy with something else, and reads are better off elsewhere.
  behindAfterMs: 1_000,
  // 2 s: by then every process has noticed by itself (0.5 and 1 s), and none of them reads there any more.
  waitMs: 2_000,
  lookMs: 20,
};

export interface Replica {
  /** Whether reads may go there now: it answers, and it is no more than a second behind. */
  isUsable(): boolean;
  /** Gives what `there` reads from the replica, or `here` from the primary when it cannot be read there. */
  read<T>(there: () => Promise<T>, here: () => Promise<T>): Promise<T>;
  /**
   * Resolves when these messages, and so what they tell of, can be read there, or after 2 s, when nobody reads there any
   * more: whoever is told of a change then reads it. Never rejects.
   */
  hasMessages(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** The same reads, from the replica while it can be read there and from the primary otherwise. */
export const replicatedReads = <Reads extends object>(
  primary: Reads,
  copy: Reads,
  { read }: Pick<Replica, 'read'>,
): Reads => {
  type Read = (...given: unknown[]) => Promise<unknown>;
  const fallbackOf = (name: string): Read => {
    const [there, here] = [copy, primary].map((reads) => (reads as Record<string, Read>)[name] as Read) as [Read, Read];
    return (...given) =>
      read(
        () => there(...given),
        () => here(...given),
      );
  };
  return Object.fromEntries(Object.keys(primary).map((name) => [name, fallbackOf(name)])) as Reads;
};

export interface ReplicaOptions {
  readonly primary: Sql;
  readonly replica: Sql;
  readonly log: Logger;
  readonly metrics: Registry;
}

/** Reads go to the primary until the first look at the replica. */
export const watchReplica = ({ primary, replica, log, metrics }: ReplicaOptions, bounds = replicaBounds): Replica => {
  const link = availabilityLog(log, 'the replica of the database');
  let isUsable = false;
  let unusableSince = Date.now();
  let expected: Expected = { position: 0n, since: Date.now() };

  const failed = (error: unknown) => {
    link.down(error);
    if (isUsable) unusableSince = Date.now();
    isUsable = false;
  };
  const check = async () => {
    // While the primary is away nothing new can be missing.
    const newest = await positionOf(primary).catch(() => expected.position);
    try {
      const seen = await positionOf(replica);
      expected = nextExpected(expected, { newest, seen, now: Date.now() });
      if (Date.now() - expected.since > bounds.behindAfterMs) return failed(new Error('the replica is behind'));
      isUsable = true;
      link.up();
    } catch (error) {
      failed(error);
    }
  };
  void check();
  const checks = startPeriodic([{ name: 'look at the replica', everyMs: bounds.checkMs, run: check }], {
    log,
    metrics,
  });

  return {
    isUsable: () => isUsable,
    read: async (there, here) => {
      if (!isUsable) return here();
      try {
        return await there();
      } catch (error) {
        // A fault of the query is one at the primary, too. What is not (a conflict with the replay) is worth asking there.
        if (isOutage(error)) failed(error);
        return here();
      }
    },
    hasMessages: async (ids) => {
      const deadline = Date.now() + bounds.waitMs;
      const everybodyKnows = () => !isUsable && Date.now() - unusableSince > bounds.waitMs;
      while (Date.now() < deadline && !everybodyKnows()) {
        if (await hasRows(replica, ids).catch(() => false)) return;
        await new Promise((resolve) => setTimeout(resolve, bounds.lookMs));
      }
    },
    close: checks.close,
  };
};

export interface Expected {
  /** The newest row of the primary that has to arrive next, and how long it has been waited for. */
  readonly position: bigint;
  readonly since: number;
}

/** What has arrived is not waited for any more: from now on it is the newest row of this look. */
export const nextExpected = (
  expected: Expected,
  { newest, seen, now }: { readonly newest: bigint; readonly seen: bigint; readonly now: number },
): Expected => (seen >= expected.position ? { position: newest, since: now } : expected);

const positionOf = async (sql: Sql): Promise<bigint> => {
  const [row] = await sql.$queryRawUnsafe<{ newest: bigint }[]>(
    'SELECT coalesce(max(position), 0) AS newest FROM outbox_message',
  );
  return row?.newest ?? 0n;
};

const hasRows = async (sql: Sql, ids: readonly string[]): Promise<boolean> => {
  const [row] = await sql.$queryRawUnsafe<{ there: bigint }[]>(
    'SELECT count(*) AS there FROM outbox_message WHERE id = ANY ($1)',
    ids,
  );
  return row?.there === BigInt(new Set(ids).size);
};

/** Whether reads go to the replica. Without a replica (`undefined`) there is no series: a zero would be an alarm. */
export const measureReplica = (registry: Registry, isUsable: () => boolean | undefined): void => {
  new Gauge({
    name: 'agora_database_replica_usable',
    help: 'Whether reads go to the replica of the database: 0 while it is away or more than a second behind.',
    registers: [registry],
    collect() {
      const usable = isUsable();
      if (usable === undefined) this.remove();
      else this.set(Number(usable));
    },
  });
};
