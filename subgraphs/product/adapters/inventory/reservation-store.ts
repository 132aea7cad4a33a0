import type { AttemptId, OrderId } from '#contracts/ids.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import {
  noReservation,
  type Rejection,
  type Reservation,
  type ReservationStatus,
} from '../../domain/inventory/reservation-states.ts';
import type { UnitsAt } from '../../domain/inventory/stock.ts';
import type { ReservationStore } from '../../usecases/inventory/ports.ts';

interface Row {
  readonly attemptId: AttemptId;
  readonly orderId: OrderId;
  readonly status: ReservationStatus;
  readonly expiresAt: Date | null;
  readonly rejection: Rejection | null;
  readonly lines: readonly UnitsAt[];
}

/** The lines never change, so they need no lock of their own. */
const select = Prisma.sql`
  SELECT attempt_id AS "attemptId", order_id AS "orderId", status, expires_at AS "expiresAt", rejection,
         coalesce((SELECT jsonb_agg(jsonb_build_object('variantId', variant_id, 'location', location, 'quantity', quantity)
                                    ORDER BY variant_id COLLATE "C", location COLLATE "C")
                     FROM reservation_line line WHERE line.attempt_id = reservation.attempt_id), '[]') AS lines
    FROM reservation`;

export const reservationStore = (tx: Prisma.TransactionClient, { now }: { readonly now: Date }): ReservationStore => ({
  // The first lock makes the messages of one attempt take turns, also while it has no row to lock;
  // the second keeps the sweep away.
  lock: async (attemptId, orderId) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${attemptId}, 0))`;
    const [row] = await tx.$queryRaw<Row[]>`${select} WHERE attempt_id = ${attemptId} FOR UPDATE`;
    return row ?? noReservation(attemptId, orderId);
  },

  lockOverdue: async (before) => {
    const [row] = await tx.$queryRaw<Reservation[]>`
      ${select} WHERE status = 'RESERVED' AND expires_at < ${before}::timestamptz
      ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
    return row;
  },

  save: async ({ attemptId, orderId, status, expiresAt, rejection, lines }) => {
    await tx.$executeRaw`
      INSERT INTO reservation (attempt_id, order_id, status, expires_at, rejection, created_at, updated_at)
      VALUES (${attemptId}, ${orderId}, ${status}::reservation_status, ${expiresAt}::timestamptz,
              ${rejection && JSON.stringify(rejection)}::jsonb, ${now}::timestamptz, ${now}::timestamptz)
      ON CONFLICT (attempt_id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at`;
    if (status === 'RESERVED')
      await tx.reservationLine.createMany({ data: lines.map((units) => ({ attemptId, ...units })) });
  },
});
