import type { Decision } from '../../domain/inventory/decide.ts';
import type { Reservation } from '../../domain/inventory/reservation.ts';
import type { Stores } from '../ports.ts';

/** Writes down what was decided about a reservation: its state, its movements, its answer; all in the caller's transaction. */
export const enact = async (
  { reservations, stock, outbox }: Stores,
  before: Reservation,
  { reservation, movement, answer }: Decision,
): Promise<void> => {
  if (reservation !== before) await reservations.save(reservation);
  if (movement) await stock.move(movement, reservation.attemptId, reservation.lines);
  if (answer) await outbox.add(answer);
};
