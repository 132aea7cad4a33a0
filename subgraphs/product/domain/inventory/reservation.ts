/** What one attempt of an order did to the stock. */
import type { AttemptId, OrderId } from '#contracts/ids.ts';
import type { Rejection } from './failures.ts';
import type { ReservationStatus } from './reservation-states.ts';
import type { Units } from './stock.ts';

/** The two share their id. `NONE`: nothing was heard of this attempt yet. */
export interface Reservation {
  readonly attemptId: AttemptId;
  readonly orderId: OrderId;
  readonly status: ReservationStatus | 'NONE';
  /** What was held, each variant once, in order of its id. */
  readonly lines: readonly Units[];
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
