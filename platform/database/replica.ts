/**
 * A read replica: reads that tolerate a small lag go there while it keeps up. The lag is measured by the outbox, whose rows
 * arrive with the changes that they report.
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
  // 0.5 s: how late a process may notice that the replica is unavailable or back; two indexed queries.
  checkMs: 500,
  // 1 s: replicas are normally milliseconds behind; a slower one is overloaded.
  behindAfterMs: 1_000,
  // 2 s: by then every process has noticed (0.5 + 1 s) and stopped reading there.
  waitMs: 2_000,
  lookMs: 20,
};

export interface Replica {
  /** Whether it answers and is at most a second behind. */
  isUsable(): boolean;
  /** The result of `there` on the replica, or of `here` on the primary when the replica fails. */
  read<T>(there: () => Promise<T>, here: () => Promise<T>): Promise<T>;
  /**
   * Resolves when these messages, and so what they tell of, can be read there, or after 2 s, when nobody reads there any
   * more: subscribers then read the change. Never rejects.
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
  const availability = availabilityLog(log, 'the replica of the database');
  let isUsable = false;
  let unusableSince = Date.now();
  let expected: Expected = { position: 0n, since: Date.now() };

  const failed = (error: unknown) => {
    availability.down(error);
    if (isUsable) unusableSince = Date.now();
    isUsable = false;
  };
  const check = async () => {
    // While the primary is unavailable nothing new can be missing.
    const newest = await positionOf(primary).catch(() => expected.position);
    try {
      const seen = await positionOf(replica);
      expected = nextExpected(expected, { newest, seen, now: Date.now() });
      if (Date.now() - expected.since > bounds.behindAfterMs) return failed(new Error('the replica is behind'));
      isUsable = true;
      availability.up();
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
        // A faulty query fails at the primary, too; a conflict with the replay does not.
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

/** Once the expected row has arrived, the newest row of this check is expected. */
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

/** Without a replica (`undefined`) there is no series: a zero would raise an alert. */
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
