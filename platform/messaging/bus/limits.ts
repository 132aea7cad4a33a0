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
  // 8 in hand per process: each holds at most one of the 10 connections of the database pool (see platform/process/subgraph.ts).
  concurrency: 8,

  // 8 tries, 0.5 s doubling to 30 s: about a minute, longer than a deploy or a fail-over of a neighbour takes.
  // What is still failing then needs a person, and a dead letter is how that person hears of it.
  tries: 8,
  retryBaseMs: 500,
  retryCapMs: 30_000,

  // An outage is asked about again after 0.25 s, later every 5 s: soon enough that nobody waits long once it is over.
  // After each such try the slot rests 250 ms, so a backlog of any size makes at most 4 tries a second and slot.
  outageBaseMs: 250,
  outageCapMs: 5_000,
  outageRestMs: 250,

  // A killed worker's messages are taken up after at most the lock plus two checks: 9 s. The lock is renewed every
  // 2.5 s; an event loop that stands still longer than 5 s loses it, which costs a second delivery and no harm.
  lockMs: 5_000,
  stalledCheckMs: 2_000,
  // Fifty deaths in mid-message are no bad luck: that message kills its worker, and has to be taken out of the way.
  maxStalled: 50,

  // 15 s: a relay that publishes twice (its lease is 5 s) meets the finished job; the inbox row is the guard after that.
  // No count beside the age: the PostgreSQL backend would read through the list at each completion, at half the speed.
  keepCompleted: { age: 15 },

  // 3 s: less than the relay's lease, so a publish that hangs is given up before another relay takes the rows.
  publishDeadlineMs: 3_000,
  // 6 s: within the 10 s that a process has to end in; a message cut off by it is delivered again.
  drainDeadlineMs: 6_000,
  // 1 s to close connections, which takes milliseconds when nobody holds one.
  closeDeadlineMs: 1_000,
};

/** Exponential from `base` to `cap`, half of it by chance so that messages that failed together do not return together. */
export const backoffMs = (attempt: number, base: number, cap: number, chance: number): number =>
  Math.round(Math.min(cap, base * 2 ** (attempt - 1)) * (0.5 + chance / 2));
