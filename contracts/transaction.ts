/** What a use case asks of transactions; platform/database/unit-of-work.ts runs them. */
import type { Outbox } from './envelope.ts';
import type { Idempotency } from './idempotency.ts';
import type { MessageId } from './ids.ts';

/** What every transaction has, beside the stores of its service. */
export interface CommonStores {
  readonly outbox: Outbox;
  readonly idempotency: Idempotency;
  /** The time of this transaction by the database's clock: deadlines are written by it and compared with it (ADR 23). */
  readonly now: Date;
  /** Runs `effect` once the transaction has committed: what was rolled back is reported to nobody. */
  afterCommit(effect: () => void): void;
}

/**
 * All of `work` happens, or nothing does. It may run again, so it has no effect outside the stores. With a `subject`, the
 * thing that it locks, it waits for its turn before it takes a connection: requests that queue for one cart must not keep
 * everybody else from the database. Without one it does not wait.
 */
export type Transaction<Stores, Subject extends string = string> = <T>(
  work: (stores: Stores) => Promise<T>,
  subject?: Subject,
) => Promise<T>;

/** The same, once per message: the inbox row is written with it. A duplicate gives `undefined`, and `work` does not run. */
export type Receive<Stores> = <T>(
  message: { readonly id: MessageId; readonly type: string },
  work: (stores: Stores) => Promise<T>,
) => Promise<T | undefined>;
