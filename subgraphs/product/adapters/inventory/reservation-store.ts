import type { AttemptId, OrderId } from '#contracts/ids.ts';
import { Prisma } from '#prisma/product/client/client.ts';
import { isOwed, type OwedLine, type ReservationLine } from '../../domain/inventory/reservation-lines.ts';
import {
  noReservation,
  type Rejection,
  type Reservation,
  type ReservationStatus,
} from '../../domain/inventory/reservation-states.ts';
import type { ReservationStore } from '../../usecases/inventory/ports.ts';

interface Row {
  readonly attemptId: AttemptId;
  readonly orderId: OrderId;
  readonly status: ReservationStatus;
  readonly expiresAt: Date | null;
  readonly rejection: Rejection | null;
  readonly lines: readonly ReservationLine[];
}

/** Only what is owed changes in the lines; whoever changes that has its level locked. */
const select = Prisma.sql`
  SELECT attempt_id AS "attemptId", order_id AS "orderId", status, expires_at AS "expiresAt", rejection,
         coalesce((SELECT jsonb_agg(jsonb_build_object('variantId', variant_id, 'location', location, 'quantity', quantity,
                                                       'source', source)
                                    ORDER BY variant_id COLLATE "C", location COLLATE "C", source)
                     FROM reservation_line line WHERE line.attempt_id = reservation.attempt_id), '[]') AS lines
    FROM reservation`;

export const reservationStore = (tx: Prisma.TransactionClient, { now }: { readonly now: Date }): ReservationStore => ({
  // The first lock makes the messages of one attempt take turns, also while it has no row to lock;
  // the second keeps the sweep away. NO KEY: who fills a backorder has the level that this one waits for, and adds a movement.
  lock: async (attemptId, orderId) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${attemptId}, 0))`;
    const [row] = await tx.$queryRaw<Row[]>`${select} WHERE attempt_id = ${attemptId} FOR NO KEY UPDATE`;
    return row ?? noReservation(attemptId, orderId);
  },

  // Without the first lock: the sweep holds the row alone, and whoever has the first lock waits for the row.
  lookAgain: async ({ attemptId }) => {
    const [row] = await tx.$queryRaw<Row[]>`${select} WHERE attempt_id = ${attemptId} FOR NO KEY UPDATE`;
    if (!row) throw new Error(`${attemptId} is gone, and no reservation is ever deleted`);
    return row;
  },

  lockOverdue: async (before) => {
    const [row] = await tx.$queryRaw<Reservation[]>`
      ${select} WHERE status = 'RESERVED' AND expires_at < ${before}::timestamptz
      ORDER BY expires_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`;
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
    else if (status !== 'COMMITTED' && lines.some(isOwed))
      await tx.reservationLine.updateMany({
        where: { attemptId, source: 'BACKORDER' },
        data: { source: 'BACKORDER_RELEASED' },
      });
  },

  owed: async (variantIds, limit) =>
    await tx.$queryRaw<OwedLine[]>`
      SELECT owed.*
        FROM unnest(${[...variantIds]}::text[]) AS variant (id)
       CROSS JOIN LATERAL (
         SELECT line.attempt_id AS "attemptId", line.variant_id AS "variantId", line.location, line.quantity
           FROM reservation_line line JOIN reservation USING (attempt_id)
          WHERE line.variant_id = variant.id AND line.source = 'BACKORDER' AND reservation.status = 'COMMITTED'
          ORDER BY reservation.created_at, line.attempt_id COLLATE "C"
          LIMIT ${limit}
       ) owed`,

  markFilled: async (lines) => {
    const filled = await tx.$executeRaw`
      UPDATE reservation_line line SET source = 'BACKORDER_FILLED'
        FROM jsonb_to_recordset(${JSON.stringify(lines)}::jsonb)
          AS filled ("attemptId" text, "variantId" text, location text)
       WHERE line.attempt_id = filled."attemptId" AND line.variant_id = filled."variantId"
         AND line.location = filled.location AND line.source = 'BACKORDER'`;
    if (filled !== lines.length)
      throw new Error(`${lines.length - filled} of these are not owed: ${JSON.stringify(lines)}`);
  },
});
