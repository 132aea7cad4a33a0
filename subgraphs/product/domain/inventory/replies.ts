/** What the order is sent back: one message per kind of reply. */
import { message, type NewMessage } from '#contracts/envelope.ts';
import {
  StockCommitFailed,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
} from '#contracts/messages/stock.ts';
import type { CommitFault, Reply, Reservation } from './reservation-states.ts';

const attempt = ({ attemptId, orderId }: Reservation) => ({ attemptId, orderId });
const aggregate = ({ attemptId }: Reservation) => ({ type: 'reservation', id: attemptId });

const commitFailed = (reason: CommitFault) => (reservation: Reservation) =>
  message(StockCommitFailed, aggregate(reservation), { ...attempt(reservation), reason });

export const replies: Readonly<Record<Reply, (reservation: Reservation) => NewMessage>> = {
  reserved: (reservation) => {
    if (!reservation.expiresAt) throw new Error(`${reservation.attemptId} holds stock for ever`);
    return message(StockReserved, aggregate(reservation), {
      ...attempt(reservation),
      expiresAt: reservation.expiresAt.toISOString(),
    });
  },
  'rejected as before': (reservation) => {
    if (!reservation.rejection) throw new Error(`${reservation.attemptId} was rejected without a reason`);
    return message(StockRejected, aggregate(reservation), { ...attempt(reservation), ...reservation.rejection });
  },
  withdrawn: (reservation) =>
    message(StockRejected, aggregate(reservation), { ...attempt(reservation), reason: 'WITHDRAWN', lines: [] }),
  committed: (reservation) => message(StockCommitted, aggregate(reservation), attempt(reservation)),
  'commit failed: EXPIRED': commitFailed('EXPIRED'),
  'commit failed: RELEASED': commitFailed('RELEASED'),
  'commit failed: UNKNOWN': commitFailed('UNKNOWN'),
  released: (reservation) => message(StockReleased, aggregate(reservation), attempt(reservation)),
};
