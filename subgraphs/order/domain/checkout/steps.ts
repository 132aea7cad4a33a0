/**
 * The checkout saga as a table: in each status, what is sent, how it is undone, how long we wait, and what every event
 * leads to. `decide` (checkout.ts) interprets it; docs/states.md and `Order.nextActions` are made from it.
 * An event without a cell changes nothing, so duplicates and latecomers are harmless.
 */
import type { CancellationReason } from '../failures.ts';
import type { FulfilmentStatus, Heading, OrderStatus, Part } from './statuses.ts';

export type Command =
  | 'stock.reserve'
  | 'stock.commit'
  | 'stock.release'
  | 'payment.authorize'
  | 'payment.capture'
  | 'payment.cancel';

/** The events that tell others where a checkout has got to. */
export type Told = 'order.confirmed' | 'order.rejected' | 'order.payment-failed' | 'order.cancelled';

/** What we wait for, each with its own time-out (timings.ts). `expiry` is the order's own `expiresAt`. */
export type Wait = 'reserve' | 'authorize' | 'action' | 'commit' | 'capture' | 'undo' | 'expiry';

export type Transition =
  /** Be in that status from now on, and send what it sends. */
  | { readonly to: OrderStatus; readonly because?: CancellationReason }
  /** Stay, and wait that long from now on. */
  | { readonly wait: Wait }
  /** Undo in reverse what the steps so far have sent, but for the part that is over; then be in that status. */
  | { readonly undoTowards: Heading; readonly over?: Part; readonly because?: CancellationReason }
  /** The undo in hand is done: send the next one, or be where it leads. */
  | { readonly nextUndo: true }
  /** Send once more, up to the number of tries in timings.ts; after that, the other. */
  | { readonly again: 'capture' | 'undo'; readonly otherwise: Transition }
  /** Stop undoing and call a person (`order.needs-attention`): NEEDS_ATTENTION, with what is left to undo. */
  | { readonly park: true }
  /** The undo in hand is done, but not as it should have been: call a person before the next one is sent. */
  | { readonly parkBeforeNext: true }
  /** Call a person before anything more is sent. What the steps so far have sent is left to undo, towards that. */
  | { readonly parkTowards: Heading; readonly because: CancellationReason }
  /** Send the undo in hand again, with all its tries. */
  | { readonly resume: true };

export type Trigger =
  | `stock.${'reserved' | 'rejected' | 'committed' | 'commit-failed'}`
  | `payment.${'authorized' | 'action-required' | 'declined' | 'captured' | 'capture-failed'}`
  /** The undo in hand was confirmed, or refused for good: by what, says `undos`. */
  | 'undone'
  | 'undoFailed'
  /** Payment confirmed a step, or an undo, with other money than it was about (`amountFault`, payment-standing.ts). */
  | 'wrongAmount'
  | 'undoneWrongly'
  | 'timedOut'
  | 'cancelRequested'
  | 'payRequested'
  | 'resumeRequested';

export interface Step {
  readonly sends?: Command;
  /** The part that this command touches. It has to be undone from the moment the command is sent, answered or not. */
  readonly undo?: Part;
  readonly waits?: Wait;
  /** The event that tells others about this status. */
  readonly tells?: Told;
  readonly goods: FulfilmentStatus;
  /** True where nothing of the attempt may be left anywhere: a reply that says otherwise is answered with an undo. */
  readonly settled?: true;
  readonly on: { readonly [T in Trigger]?: Transition };
}

const cancelled = (because?: CancellationReason): Transition => ({
  undoTowards: 'CANCELLED',
  ...(because && { because }),
});

export const checkoutSteps = {
  PLACED: {
    sends: 'stock.reserve',
    undo: 'stock',
    waits: 'reserve',
    goods: 'UNFULFILLED',
    on: {
      'stock.reserved': { to: 'AUTHORIZING' },
      'stock.rejected': { to: 'REJECTED' },
      timedOut: cancelled('STOCK_TIMED_OUT'),
      cancelRequested: cancelled(),
    },
  },
  AUTHORIZING: {
    sends: 'payment.authorize',
    undo: 'payment',
    waits: 'authorize',
    goods: 'UNFULFILLED',
    on: {
      'payment.authorized': { to: 'COMMITTING' },
      'payment.action-required': { wait: 'action' },
      'payment.declined': { undoTowards: 'PAYMENT_FAILED', over: 'payment' },
      wrongAmount: { parkTowards: 'CANCELLED', because: 'PAYMENT_MISMATCH' },
      timedOut: cancelled('PAYMENT_TIMED_OUT'),
      cancelRequested: cancelled(),
    },
  },
  COMMITTING: {
    sends: 'stock.commit',
    undo: 'stock',
    waits: 'commit',
    goods: 'UNFULFILLED',
    on: {
      'stock.committed': { to: 'CAPTURING' },
      'stock.commit-failed': cancelled('STOCK_LOST'),
      timedOut: cancelled('STOCK_TIMED_OUT'),
      cancelRequested: cancelled(),
    },
  },
  CAPTURING: {
    sends: 'payment.capture',
    undo: 'payment',
    waits: 'capture',
    goods: 'UNFULFILLED',
    on: {
      'payment.captured': { to: 'CONFIRMED' },
      'payment.capture-failed': cancelled('CAPTURE_FAILED'),
      wrongAmount: { parkTowards: 'CANCELLED', because: 'PAYMENT_MISMATCH' },
      timedOut: { again: 'capture', otherwise: cancelled('PAYMENT_TIMED_OUT') },
      cancelRequested: cancelled(),
    },
  },
  CONFIRMED: { tells: 'order.confirmed', goods: 'UNFULFILLED', on: { cancelRequested: cancelled() } },
  REJECTED: { tells: 'order.rejected', goods: 'CANCELLED', settled: true, on: {} },
  PAYMENT_FAILED: {
    tells: 'order.payment-failed',
    waits: 'expiry',
    goods: 'UNFULFILLED',
    settled: true,
    on: {
      payRequested: { to: 'PLACED' },
      cancelRequested: { to: 'CANCELLED' },
      timedOut: { to: 'CANCELLED', because: 'EXPIRED' },
    },
  },
  COMPENSATING: {
    waits: 'undo',
    goods: 'CANCELLED',
    on: {
      undone: { nextUndo: true },
      undoFailed: { park: true },
      undoneWrongly: { parkBeforeNext: true },
      timedOut: { again: 'undo', otherwise: { park: true } },
    },
  },
  NEEDS_ATTENTION: {
    goods: 'CANCELLED',
    on: { undone: { nextUndo: true }, undoneWrongly: { parkBeforeNext: true }, resumeRequested: { resume: true } },
  },
  CANCELLED: { tells: 'order.cancelled', goods: 'CANCELLED', settled: true, on: {} },
} as const satisfies Record<OrderStatus, Step>;

/** The same table with every row of one type. */
export const steps: Record<OrderStatus, Step> = checkoutSteps;

/** How each part is undone. One undo covers all that was done to the part, and undoing nothing is safe. */
export const undos = {
  payment: { sends: 'payment.cancel', doneBy: 'payment.cancelled', failedBy: 'payment.cancel-failed' },
  stock: { sends: 'stock.release', doneBy: 'stock.released', failedBy: undefined },
} as const satisfies Record<Part, { sends: Command; doneBy: string; failedBy: string | undefined }>;

/** The steps in their order; a checkout has sent the commands of those up to where it is. CONFIRMED has sent all. */
export const path: readonly OrderStatus[] = ['PLACED', 'AUTHORIZING', 'COMMITTING', 'CAPTURING', 'CONFIRMED'];

/** Replies that reveal something held or taken. Of an attempt that is over they are answered with this part's undo. */
export const reveals: { readonly [reply: string]: Part } = {
  'stock.reserved': 'stock',
  'stock.committed': 'stock',
  'payment.action-required': 'payment',
  'payment.authorized': 'payment',
  'payment.captured': 'payment',
};
