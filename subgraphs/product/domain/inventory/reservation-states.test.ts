import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { decide } from './decide.ts';
import { mainLocation } from './location.ts';
import {
  noReservation,
  type Reservation,
  reservationRequests,
  reservationStates,
  reservationStatuses,
  type Step,
} from './reservation-states.ts';
import { type MovementKind, movementEffects, type StockLevel } from './stock.ts';

const attemptId = namedId('Attempt', 'a');
const orderId = namedId('Order', 'o');
const held: Reservation = {
  attemptId,
  orderId,
  status: 'RESERVED',
  lines: [{ variantId: namedId('Variant', 'v'), location: mainLocation, quantity: 3, source: 'STOCK' }],
  expiresAt: new Date('2026-01-01T00:00:00Z'),
  rejection: null,
};
const refused: Reservation = {
  ...held,
  status: 'REJECTED',
  lines: [],
  expiresAt: null,
  rejection: { reason: 'UNAVAILABLE', lines: [] },
};
const inStatus = (status: Reservation['status']): Reservation =>
  status === 'REJECTED' ? refused : status === 'NONE' ? noReservation(attemptId, orderId) : { ...held, status };

const given = (status: Reservation['status'], request: (typeof reservationRequests)[number]) => {
  const { reservation, movement, reply } = decide(inStatus(status), request);
  const { reason } = (reply?.data ?? {}) as { reason?: string };
  return [reservation.status, movement, reply?.type, reason].filter((part) => part !== undefined).join(' · ');
};

const moved = ({ onHand, reserved }: StockLevel, kind: MovementKind, quantity: number): StockLevel => ({
  onHand: onHand + movementEffects[kind].onHand * quantity,
  reserved: reserved + movementEffects[kind].reserved * quantity,
});

describe('reservation states', () => {
  it.each([
    ['NONE', 'commit', 'NONE · stock.commit-failed · UNKNOWN'],
    ['NONE', 'release', 'WITHDRAWN · stock.released'],
    ['NONE', 'expire', 'NONE'],
    ['RESERVED', 'reserve', 'RESERVED · stock.reserved'],
    ['RESERVED', 'commit', 'COMMITTED · SALE · stock.committed'],
    ['RESERVED', 'release', 'RELEASED · RELEASE · stock.released'],
    ['RESERVED', 'expire', 'EXPIRED · RELEASE'],
    ['REJECTED', 'reserve', 'REJECTED · stock.rejected · UNAVAILABLE'],
    ['REJECTED', 'commit', 'REJECTED · stock.commit-failed · UNKNOWN'],
    ['REJECTED', 'release', 'REJECTED · stock.released'],
    ['REJECTED', 'expire', 'REJECTED'],
    ['COMMITTED', 'reserve', 'COMMITTED · stock.reserved'],
    ['COMMITTED', 'commit', 'COMMITTED · stock.committed'],
    ['COMMITTED', 'release', 'RETURNED · RETURN · stock.released'],
    ['COMMITTED', 'expire', 'COMMITTED'],
    ['RELEASED', 'reserve', 'RELEASED · stock.rejected · WITHDRAWN'],
    ['RELEASED', 'commit', 'RELEASED · stock.commit-failed · RELEASED'],
    ['RELEASED', 'release', 'RELEASED · stock.released'],
    ['RELEASED', 'expire', 'RELEASED'],
    ['EXPIRED', 'reserve', 'EXPIRED · stock.rejected · WITHDRAWN'],
    ['EXPIRED', 'commit', 'EXPIRED · stock.commit-failed · EXPIRED'],
    ['EXPIRED', 'release', 'EXPIRED · stock.released'],
    ['EXPIRED', 'expire', 'EXPIRED'],
    ['RETURNED', 'reserve', 'RETURNED · stock.rejected · WITHDRAWN'],
    ['RETURNED', 'commit', 'RETURNED · stock.commit-failed · RELEASED'],
    ['RETURNED', 'release', 'RETURNED · stock.released'],
    ['RETURNED', 'expire', 'RETURNED'],
    ['WITHDRAWN', 'reserve', 'WITHDRAWN · stock.rejected · WITHDRAWN'],
    ['WITHDRAWN', 'commit', 'WITHDRAWN · stock.commit-failed · RELEASED'],
    ['WITHDRAWN', 'release', 'WITHDRAWN · stock.released'],
    ['WITHDRAWN', 'expire', 'WITHDRAWN'],
  ] as const)('%s, asked to %s: %s', (status, request, outcome) => {
    expect(given(status, request)).toBe(outcome);
  });

  it('can all be reached', () => {
    const steps: Step[] = Object.values(reservationStates).flatMap((row): Step[] => Object.values(row));
    // The two that a first reserve leads to are decided by the stock and not by the table.
    const reached = new Set([...steps.map(({ becomes }) => becomes), 'RESERVED', 'REJECTED']);
    expect(reservationStatuses.filter((status) => !reached.has(status))).toEqual([]);
  });

  it('reply to every command in every state, so that no order waits for ever', () => {
    const silent = Object.entries(reservationStates).flatMap(([status, row]) =>
      (['reserve', 'commit', 'release'] as const)
        .filter((request) => !('reply' in row[request]))
        .map((request) => `${status}.${request}`),
    );
    expect(silent).toEqual(['NONE.reserve']);
  });

  it('move stock only together with a change of status, so that asking again moves nothing', () => {
    const steps: Step[] = Object.values(reservationStates).flatMap((row): Step[] => Object.values(row));
    expect(steps.filter(({ moves, becomes }) => moves && !becomes)).toEqual([]);
  });

  it('never make more of the stock than was there, nor lose any, whatever comes in whatever order', () => {
    const requests = fc.array(fc.constantFrom(...reservationRequests), { maxLength: 12 });
    fc.assert(
      fc.property(requests, (sequence) => {
        let reservation = held;
        let level = { onHand: 10, reserved: 3 };
        for (const request of sequence) {
          const decision = decide(reservation, request);
          reservation = decision.reservation;
          if (decision.movement) level = moved(level, decision.movement, 3);
          expect(level.reserved >= 0 && level.reserved <= level.onHand).toBe(true);
        }
        expect(level).toEqual({
          onHand: reservation.status === 'COMMITTED' ? 7 : 10,
          reserved: reservation.status === 'RESERVED' ? 3 : 0,
        });
      }),
    );
  });
});
