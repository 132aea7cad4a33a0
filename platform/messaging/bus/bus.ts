/**
 * The bus: a queue per receiving service, whatever carries it. Delivers at least once and in no guaranteed order:
 * consumers must handle duplicate and late messages.
 */
import type { Envelope } from '#contracts/envelope.ts';

/** One copy of a message, for one queue. The job's id is the message's id, so the same copy is queued once. */
export interface BusJob {
  readonly queue: string;
  readonly message: Envelope;
}

export interface ConsumeOptions {
  /** Messages handled at the same time, in this process. */
  readonly concurrency?: number;
  /** Whether an error is an outage of a dependency: such an attempt does not count, and the message waits. */
  readonly isOutage?: (error: unknown) => boolean;
  /** Called for each message of this process that became a dead letter, which is logged in any case. */
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

export interface Consumption {
  /** Takes no more messages and waits for those in progress, up to the drain deadline. */
  close(): Promise<void>;
}

export interface DeadLetter {
  readonly id: string;
  readonly type: string;
  readonly message: unknown;
  readonly reason: string;
  readonly failedAt: Date;
  readonly attempts: number;
}

export interface Page {
  readonly offset?: number;
  readonly limit?: number;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly dead: number;
}

export interface Bus {
  readonly transport: 'redis' | 'postgres';
  /** Queues the jobs in order. Rejects when the queue cannot be reached; publishing again is safe. */
  publish(jobs: readonly BusJob[]): Promise<void>;
  /** Hands each message of the queue to `handle`. A rejection is retried and ends as a dead letter; `Poison` at once. */
  consume(queue: string, handle: (message: unknown) => Promise<void>, options?: ConsumeOptions): Promise<Consumption>;
  counts(queue: string): Promise<QueueCounts>;
  /** How long the next message in line has been queued: 0 when none waits. Delayed ones do not count. */
  oldestWaitingMs(queue: string): Promise<number>;
  /** Newest first. */
  deadLetters(queue: string, page?: Page): Promise<readonly DeadLetter[]>;
  /** Requeues a dead letter with all its attempts. False when there is no such dead letter. */
  redrive(queue: string, id: string): Promise<boolean>;
  /** Empties the queue, dead letters included. For a restore: nobody may be consuming. */
  empty(queue: string): Promise<void>;
  /** The code with which the server refuses to let this process consume (an error reply of Redis: NOPERM, MOVED). */
  refusal(): string | undefined;
  close(): Promise<void>;
}

/** A message that no retry can fix: it becomes a dead letter at once. */
export class Poison extends Error {
  override readonly name = 'Poison';
}

/** The bounds of the bus. Tests hand in smaller ones. */
export interface BusLimits {
  readonly concurrency: number;
  readonly tries: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  readonly outageBaseMs: number;
  readonly outageCapMs: number;
  readonly outageRestMs: number;
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly maxStalled: number;
  readonly keepCompleted: { readonly age: number };
  readonly publishDeadlineMs: number;
  readonly drainDeadlineMs: number;
  readonly closeDeadlineMs: number;
}

export const busLimits: BusLimits = {
  // 8 at a time per process: each holds at most one of the 10 connections of the database pool (see platform/process/subgraph.ts).
  concurrency: 8,

  // 8 tries, 0.5 s doubling to 30 s: about a minute, longer than a deploy or a fail-over of a neighbour takes.
  // What still fails then needs an operator, and a dead letter informs them.
  tries: 8,
  retryBaseMs: 500,
  retryCapMs: 30_000,

  // An outage is retried after 0.25 s, later every 5 s: soon enough that nobody waits long once it is over.
  // After each such attempt the slot rests 250 ms, so a backlog of any size makes at most 4 attempts a second and slot.
  outageBaseMs: 250,
  outageCapMs: 5_000,
  outageRestMs: 250,

  // A killed worker's messages are redelivered after at most the lock plus two checks: 9 s. The lock is renewed every
  // 2.5 s; an event loop blocked for more than 5 s loses it, which costs a harmless second delivery.
  lockMs: 5_000,
  stalledCheckMs: 2_000,
  // After 50 deaths of its worker, the message is what kills it and must be taken out of the way.
  maxStalled: 50,

  // 15 s: a relay that publishes twice (its lease is 5 s) finds the finished job; after that the inbox row is the guard.
  // No count beside the age: with one, the PostgreSQL backend scans the list at each completion and is half as fast.
  keepCompleted: { age: 15 },

  // 3 s: less than the relay's lease, so a hanging publish is given up before another relay takes the rows.
  publishDeadlineMs: 3_000,
  // 6 s: within the 10 s that a process has to shut down; an interrupted message is redelivered.
  drainDeadlineMs: 6_000,
  // 1 s to close connections, which takes milliseconds when none is in use.
  closeDeadlineMs: 1_000,
};
