/**
 * The bus, as the rest of the code sees it: a queue per receiving service, whatever carries it.
 * At least once, in no promised order: whoever consumes must be safe against a message that comes twice or late.
 */
import type { Envelope } from '#contracts/envelope.ts';

/** One copy of a message, for one queue. The message's id is the job's id: the same copy is queued once. */
export interface BusJob {
  readonly queue: string;
  readonly message: Envelope;
}

export interface ConsumeOptions {
  /** Messages in hand at the same time, in this process. */
  readonly concurrency?: number;
  /** Says that an error is an outage of something we need: such a try does not count, and the message waits. */
  readonly isOutage?: (error: unknown) => boolean;
  /** Told of each message of this process that became a dead letter. It is logged in any case. */
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

export interface Consumption {
  /** Takes no more messages, waits for those in hand, up to the drain deadline. */
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
  /** Queues the jobs in their order. Rejects when the queue cannot be reached; publishing again is safe. */
  publish(jobs: readonly BusJob[]): Promise<void>;
  /** Hands each message of the queue to `handle`. A rejection is retried, and ends as a dead letter; `Poison` at once. */
  consume(queue: string, handle: (message: unknown) => Promise<void>, options?: ConsumeOptions): Promise<Consumption>;
  counts(queue: string): Promise<QueueCounts>;
  /** For how long the message that is next in line has been in the queue: 0 when none waits. Delayed ones do not count. */
  oldestWaitingMs(queue: string): Promise<number>;
  /** Newest first. */
  deadLetters(queue: string, page?: Page): Promise<readonly DeadLetter[]>;
  /** Puts a dead letter back in its queue with all its tries. False when there is no such dead letter. */
  redrive(queue: string, id: string): Promise<boolean>;
  /** Forgets all that the queue holds, dead letters too. For a restore: nobody may be consuming. */
  empty(queue: string): Promise<void>;
  /** Why the server refuses to let this process consume (an error reply of Redis: NOPERM, MOVED); nothing when it does not. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

/** A message that no number of tries will make right: it goes to the dead letters at once. */
export class Poison extends Error {
  override readonly name = 'Poison';
}
