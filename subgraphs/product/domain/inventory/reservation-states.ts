/**
 * What may happen to the stock of one attempt, as a table. Messages arrive twice, late and out of order; every cell has
 * an answer, so none of that is special. Answering again is safe, moving stock again is not: only a change of status moves.
 */
import type { MovementKind } from './stock.ts';

/** What is asked about an attempt. `expire` is the sweep's own request; nobody waits for its answer. */
export const reservationRequests = ['reserve', 'commit', 'release', 'expire'] as const;
export type ReservationRequest = (typeof reservationRequests)[number];

/** What is told to the order; `answers.ts` makes a message of it. */
export type Answer =
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

/** What a request does: the status it leads to, what that does to the stock, and what the order is told. */
export interface Step {
  readonly becomes?: ReservationStatus;
  readonly moves?: MovementKind;
  readonly answer?: Answer;
}

const nothing: Step = {};

export const reservationStates = {
  // Not heard of yet. What a first reserve leads to is for the stock to say: see `decideReservation`. A release that
  // overtakes its reserve leaves a tombstone, so that the reserve holds nothing when it comes.
  NONE: {
    reserve: nothing,
    commit: { answer: 'commit failed: UNKNOWN' },
    release: { becomes: 'WITHDRAWN', answer: 'released' },
    expire: nothing,
  },
  RESERVED: {
    reserve: { answer: 'reserved' },
    // Past its time but not swept yet: the units are still there, so the sale goes through.
    commit: { becomes: 'COMMITTED', moves: 'SALE', answer: 'committed' },
    release: { becomes: 'RELEASED', moves: 'RELEASE', answer: 'released' },
    expire: { becomes: 'EXPIRED', moves: 'RELEASE' },
  },
  COMMITTED: {
    reserve: { answer: 'reserved' },
    commit: { answer: 'committed' },
    release: { becomes: 'RETURNED', moves: 'RETURN', answer: 'released' },
    expire: nothing,
  },
  // Nothing was held. An attempt gets one answer: asking again, with more stock by now, must not hold anything.
  REJECTED: {
    reserve: { answer: 'rejected as before' },
    commit: { answer: 'commit failed: UNKNOWN' },
    release: { answer: 'released' },
    expire: nothing,
  },
  RELEASED: {
    reserve: { answer: 'withdrawn' },
    commit: { answer: 'commit failed: RELEASED' },
    release: { answer: 'released' },
    expire: nothing,
  },
  EXPIRED: {
    reserve: { answer: 'withdrawn' },
    commit: { answer: 'commit failed: EXPIRED' },
    release: { answer: 'released' },
    expire: nothing,
  },
  RETURNED: {
    reserve: { answer: 'withdrawn' },
    commit: { answer: 'commit failed: RELEASED' },
    release: { answer: 'released' },
    expire: nothing,
  },
  WITHDRAWN: {
    reserve: { answer: 'withdrawn' },
    commit: { answer: 'commit failed: RELEASED' },
    release: { answer: 'released' },
    expire: nothing,
  },
} as const satisfies Record<ReservationStatus | 'NONE', Record<ReservationRequest, Step>>;
