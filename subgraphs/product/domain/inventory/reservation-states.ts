/**
 * What may happen to the stock of one attempt, as a table. Messages arrive twice, late and out of order; every cell has
 * an entry, so none of that is special. Replying again is safe, moving stock again is not: only a change of status moves.
 */
import type { DataOf } from '#contracts/envelope.ts';
import type { AttemptId, OrderId } from '#contracts/ids.ts';
import type { StockCommitFailed, StockRejected } from '#contracts/messages/stock.ts';
import type { ReservationLine, ReservationMove } from './reservation-lines.ts';

/** Why nothing was held. Only the lines at fault are named. */
export type Rejection = Pick<DataOf<typeof StockRejected>, 'reason' | 'lines'>;

export type CommitFault = DataOf<typeof StockCommitFailed>['reason'];

/** What is asked about an attempt. `expire` is the sweep's own request; nobody waits for its answer. */
export const reservationRequests = ['reserve', 'commit', 'release', 'expire'] as const;
export type ReservationRequest = (typeof reservationRequests)[number];

/** What the order is sent back; decide.ts makes a message of it. */
export type Reply =
  | 'reserved'
  | 'rejected as before'
  | 'withdrawn'
  | 'committed'
  | 'commit failed: EXPIRED'
  | 'commit failed: RELEASED'
  | 'commit failed: UNKNOWN'
  | 'released';

/** Each has a row in the database; `NONE` is what an attempt is before it has one. */
export const reservationStatuses = [
  'RESERVED',
  'REJECTED',
  'COMMITTED',
  'RELEASED',
  'EXPIRED',
  'RETURNED',
  'WITHDRAWN',
] as const;
export type ReservationStatus = (typeof reservationStatuses)[number];

/** What a request does: the status it leads to, what that does to the stock, and what the order is sent back. */
export interface Step {
  readonly becomes?: ReservationStatus;
  readonly moves?: ReservationMove;
  readonly reply?: Reply;
}

const nothing: Step = {};

export const reservationStates = {
  // Unknown so far. What a first reserve leads to depends on the stock: see `decideReservation`. A release that
  // overtakes its reserve leaves a tombstone, so that the reserve holds nothing when it comes.
  NONE: {
    reserve: nothing,
    commit: { reply: 'commit failed: UNKNOWN' },
    release: { becomes: 'WITHDRAWN', reply: 'released' },
    expire: nothing,
  },
  RESERVED: {
    reserve: { reply: 'reserved' },
    // Past its time but not swept yet: the units are still there, so the sale goes through.
    commit: { becomes: 'COMMITTED', moves: 'SALE', reply: 'committed' },
    release: { becomes: 'RELEASED', moves: 'RELEASE', reply: 'released' },
    expire: { becomes: 'EXPIRED', moves: 'RELEASE' },
  },
  COMMITTED: {
    reserve: { reply: 'reserved' },
    commit: { reply: 'committed' },
    release: { becomes: 'RETURNED', moves: 'RETURN', reply: 'released' },
    expire: nothing,
  },
  // Nothing was held. An attempt gets one answer: asking again, with more stock by now, must not hold anything.
  REJECTED: {
    reserve: { reply: 'rejected as before' },
    commit: { reply: 'commit failed: UNKNOWN' },
    release: { reply: 'released' },
    expire: nothing,
  },
  RELEASED: {
    reserve: { reply: 'withdrawn' },
    commit: { reply: 'commit failed: RELEASED' },
    release: { reply: 'released' },
    expire: nothing,
  },
  EXPIRED: {
    reserve: { reply: 'withdrawn' },
    commit: { reply: 'commit failed: EXPIRED' },
    release: { reply: 'released' },
    expire: nothing,
  },
  RETURNED: {
    reserve: { reply: 'withdrawn' },
    commit: { reply: 'commit failed: RELEASED' },
    release: { reply: 'released' },
    expire: nothing,
  },
  WITHDRAWN: {
    reserve: { reply: 'withdrawn' },
    commit: { reply: 'commit failed: RELEASED' },
    release: { reply: 'released' },
    expire: nothing,
  },
} as const satisfies Record<ReservationStatus | 'NONE', Record<ReservationRequest, Step>>;

/** What one attempt of an order did to the stock. They share their id. */
export interface Reservation {
  readonly attemptId: AttemptId;
  readonly orderId: OrderId;
  /** `NONE`: nothing was heard of this attempt yet. */
  readonly status: ReservationStatus | 'NONE';
  /** What was held, each variant once per location and source: what ends the reservation goes back to where it came from. */
  readonly lines: readonly ReservationLine[];
  /** Null when nothing was ever held. */
  readonly expiresAt: Date | null;
  /** Set when REJECTED. */
  readonly rejection: Rejection | null;
}

export const noReservation = (attemptId: AttemptId, orderId: OrderId): Reservation => ({
  attemptId,
  orderId,
  status: 'NONE',
  lines: [],
  expiresAt: null,
  rejection: null,
});
