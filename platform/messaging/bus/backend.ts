/** What the bus needs of what carries it. Two of these: Redis, PostgreSQL; both through BullMQ. */
import type { Job, JobsOptions, Processor, WorkerOptions } from 'bullmq';

export interface NewJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: JobsOptions;
}

/** A queue to write to and to look into. */
export interface QueueHandle {
  add(name: string, data: unknown, options?: JobsOptions): Promise<unknown>;
  addBulk(jobs: NewJob[]): Promise<unknown>;
  getJob(id: string): Promise<Job | undefined>;
  getJobs(states: ('failed' | 'wait')[], start: number, end: number, ascending?: boolean): Promise<Job[]>;
  /** Removes every job, in hand or not, and the queue with them. */
  obliterate(options: { force: boolean }): Promise<void>;
  getJobCounts(...states: ('wait' | 'active' | 'delayed' | 'failed')[]): Promise<Record<string, number | undefined>>;
}

/** Takes messages from a queue. */
export interface WorkerHandle {
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export interface Backend {
  readonly transport: 'redis' | 'postgres';
  /** Rejects when the server cannot be reached now: whoever publishes keeps its rows and tries again. */
  queue(name: string): Promise<QueueHandle>;
  /** Adds the jobs in their order, the quickest way that the server has. Rejects when not all of them were added. */
  add(queue: QueueHandle, jobs: NewJob[]): Promise<void>;
  /** When the message that is next in line was queued, by the clock of whoever queued it; nothing when none waits. */
  nextQueuedAt(queue: QueueHandle, name: string): Promise<number | undefined>;
  /** Why the server refuses what a worker asks of it, as a code, until somebody changes its settings. */
  refusal(): string | undefined;
  /** Starts at once when the server is there, else as soon as it is. */
  worker(name: string, process: Processor<unknown>, options: Omit<WorkerOptions, 'connection'>): WorkerHandle;
  close(): Promise<void>;
}
