/** How long a checkout waits, and how often it tries. */
import type { Wait } from './steps.ts';

export interface Timings {
  readonly waitMs: Record<Wait, number>;
  /** How often a command is sent in all before we give up on its reply. */
  readonly tries: { readonly capture: number; readonly undo: number };
}

const second = 1_000;
const minute = 60 * second;

export const defaultTimings: Timings = {
  waitMs: {
    // A reply takes milliseconds; a minute lets a neighbour restart without costing the customer the order.
    reserve: minute,
    authorize: minute,
    commit: minute,
    capture: minute,
    // Longer than a 3-D Secure challenge, short enough not to keep the units from other buyers.
    action: 15 * minute,
    // The first of several, each twice as long as the one before.
    undo: 30 * second,
    // Time to find another card while the cart's prices still hold.
    expiry: 30 * minute,
  },
  tries: {
    // The money is held and the stock is sold: worth more patience than a new order.
    capture: 3,
    // 30 s, 1, 2, 4, 8 min: outlives a deployment or a fail-over; past a quarter of an hour an operator should know.
    undo: 5,
  },
};

// The queue's own delay, both ways, on a bad day.
const queueMarginMs = minute;

/** For how long the stock has to be held: through every step up to its sale, the extra step of the bank included. */
export const reservationTtlMs = ({ waitMs }: Timings): number =>
  waitMs.reserve + waitMs.authorize + waitMs.action + waitMs.commit + queueMarginMs;

/** How long to wait after the `sends`-th sending: an undo doubles each time, all else is even. */
export const patienceMs = ({ waitMs }: Timings, wait: Wait, sends: number): number =>
  waitMs[wait] * (wait === 'undo' ? 2 ** (sends - 1) : 1);
