/**
 * The checkout saga as a table: in each status, what is sent, how it is undone, how long we wait, and what every event
 * leads to. `decide` (decide.ts) interprets it; docs/states.md and `Order.nextActions` are derived from it. When an order
 * may be cancelled is its `cancelRequested` cells. An event without a cell changes nothing, so duplicates and late
 * replies are harmless.
 */
import type { CancellationReason } from '../failures.ts';

export const orderStatuses = [
  'PLACED',
  'AUTHORIZING',
  'COMMITTING',
  'CAPTURING',
  'CONFIRMED',
  'REJECTED',
  'PAYMENT_FAILED',
  'COMPENSATING',
  'CANCELLED',
  'NEEDS_ATTENTION',
] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const paymentStatuses = [
  'NONE',
  'PENDING',
  'ACTION_REQUIRED',
  'AWAITING_FUNDS',
  'AUTHORIZED',
  'PAID',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'DECLINED',
  'VOIDED',
] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

export type FulfilmentStatus = 'UNFULFILLED' | 'CANCELLED';

/** What a checkout does at a neighbour, and may therefore have to undo there. */
export type Part = 'payment' | 'stock';

/** The status that an order gets once everything is undone. */
export type CompensationTarget = 'PAYMENT_FAILED' | 'CANCELLED';

export type Command =
  | 'stock.reserve'
  | 'stock.commit'
  | 'stock.release'
  | 'payment.authorize'
  | 'payment.capture'
  | 'payment.cancel';

export type Emitted = 'order.confirmed' | 'order.rejected' | 'order.payment-failed' | 'order.cancelled';

/** What we wait for, each with its own time-out (`defaultTimings`). `expiry` is the order's own `expiresAt`. */
export type Wait = 'reserve' | 'authorize' | 'action' | 'funds' | 'commit' | 'capture' | 'undo' | 'expiry';

export type Transition =
  /** Enter that status, and send what it sends; an order that comes to nothing enters `whenFree`, where there is one. */
  | { readonly to: OrderStatus; readonly whenFree?: OrderStatus; readonly because?: CancellationReason }
  /** Stay, and wait that long from now on. */
  | { readonly wait: Wait }
  /** Undo in reverse what the steps so far have sent, `except` a part with nothing left; then enter that status. */
  | { readonly compensateTo: CompensationTarget; readonly except?: Part; readonly because?: CancellationReason }
  /** The current undo is done: send the next one, or enter the status that the undo was for. */
  | { readonly nextUndo: true }
  /** Send again, up to the number of tries in `defaultTimings`; after that, `otherwise`. */
  | { readonly retry: 'capture' | 'undo'; readonly otherwise: Transition }
  /** Stop undoing and call an operator (`order.needs-attention`): NEEDS_ATTENTION, with what is left to undo. */
  | { readonly park: true }
  /** The current undo is done, but not as it should have been: call an operator before the next one is sent. */
  | { readonly parkBeforeNext: true }
  /** Call an operator before anything more is sent. All that the steps so far have sent is left to undo. */
  | { readonly parkThenCompensateTo: CompensationTarget; readonly because: CancellationReason }
  /** Send the current undo again, with all its tries. */
  | { readonly resume: true };

export type Trigger =
  | `stock.${'reserved' | 'rejected' | 'committed' | 'commit-failed'}`
  | `payment.${'authorized' | 'action-required' | 'awaiting-funds' | 'declined' | 'captured' | 'capture-failed'}`
  /** Nothing of the payment is held any more, and nobody here asked for that: staff voided it, or the hold expired. */
  | 'payment.cancelled'
  /** The current undo was confirmed, or refused for good; by which reply, is in `undos`. */
  | 'undone'
  | 'undoFailed'
  /** Payment confirmed a step, or an undo, with another amount (`amountFault`, payment-status.ts). */
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
  readonly emits?: Emitted;
  readonly fulfilment: FulfilmentStatus;
  /** Nothing of the attempt may be left anywhere: a reply that says otherwise is answered with an undo. */
  readonly isTerminal?: true;
  /** In a step that sends a command, the reply that means success comes first: `path` follows it. */
  readonly on: { readonly [T in Trigger]?: Transition };
}

const cancelled = (because?: CancellationReason): Transition => ({
  compensateTo: 'CANCELLED',
  ...(because && { because }),
});

export const checkoutSteps = {
  PLACED: {
    sends: 'stock.reserve',
    undo: 'stock',
    waits: 'reserve',
    fulfilment: 'UNFULFILLED',
    on: {
      'stock.reserved': { to: 'AUTHORIZING', whenFree: 'COMMITTING' },
      'stock.rejected': { to: 'REJECTED' },
      timedOut: cancelled('STOCK_TIMED_OUT'),
      cancelRequested: cancelled(),
    },
  },
  AUTHORIZING: {
    sends: 'payment.authorize',
    undo: 'payment',
    waits: 'authorize',
    fulfilment: 'UNFULFILLED',
    on: {
      'payment.authorized': { to: 'COMMITTING' },
      'payment.action-required': { wait: 'action' },
      'payment.awaiting-funds': { wait: 'funds' },
      'payment.declined': { compensateTo: 'PAYMENT_FAILED', except: 'payment' },
      'payment.cancelled': cancelled('PAYMENT_VOIDED'),
      wrongAmount: { parkThenCompensateTo: 'CANCELLED', because: 'PAYMENT_MISMATCH' },
      timedOut: cancelled('PAYMENT_TIMED_OUT'),
      cancelRequested: cancelled(),
    },
  },
  COMMITTING: {
    sends: 'stock.commit',
    undo: 'stock',
    waits: 'commit',
    fulfilment: 'UNFULFILLED',
    on: {
      'stock.committed': { to: 'CAPTURING', whenFree: 'CONFIRMED' },
      'stock.commit-failed': cancelled('STOCK_LOST'),
      'payment.cancelled': cancelled('PAYMENT_VOIDED'),
      timedOut: cancelled('STOCK_TIMED_OUT'),
      cancelRequested: cancelled(),
    },
  },
  CAPTURING: {
    sends: 'payment.capture',
    undo: 'payment',
    waits: 'capture',
    fulfilment: 'UNFULFILLED',
    on: {
      'payment.captured': { to: 'CONFIRMED' },
      'payment.capture-failed': cancelled('CAPTURE_FAILED'),
      'payment.cancelled': cancelled('PAYMENT_VOIDED'),
      wrongAmount: { parkThenCompensateTo: 'CANCELLED', because: 'PAYMENT_MISMATCH' },
      timedOut: { retry: 'capture', otherwise: cancelled('PAYMENT_TIMED_OUT') },
      cancelRequested: cancelled(),
    },
  },
  CONFIRMED: { emits: 'order.confirmed', fulfilment: 'UNFULFILLED', on: { cancelRequested: cancelled() } },
  REJECTED: { emits: 'order.rejected', fulfilment: 'CANCELLED', isTerminal: true, on: {} },
  PAYMENT_FAILED: {
    emits: 'order.payment-failed',
    waits: 'expiry',
    fulfilment: 'UNFULFILLED',
    isTerminal: true,
    on: {
      payRequested: { to: 'PLACED' },
      cancelRequested: { to: 'CANCELLED' },
      timedOut: { to: 'CANCELLED', because: 'EXPIRED' },
    },
  },
  COMPENSATING: {
    waits: 'undo',
    fulfilment: 'CANCELLED',
    on: {
      undone: { nextUndo: true },
      undoFailed: { park: true },
      undoneWrongly: { parkBeforeNext: true },
      timedOut: { retry: 'undo', otherwise: { park: true } },
    },
  },
  NEEDS_ATTENTION: {
    fulfilment: 'CANCELLED',
    on: { undone: { nextUndo: true }, undoneWrongly: { parkBeforeNext: true }, resumeRequested: { resume: true } },
  },
  CANCELLED: { emits: 'order.cancelled', fulfilment: 'CANCELLED', isTerminal: true, on: {} },
} as const satisfies Record<OrderStatus, Step>;

/** The same table with every row of one type. */
export const steps: Record<OrderStatus, Step> = checkoutSteps;

/** How each part is undone. One undo covers all that was done to the part, and undoing nothing is safe. */
export const undos = {
  payment: { sends: 'payment.cancel', doneBy: 'payment.cancelled', failedBy: 'payment.cancel-failed' },
  stock: { sends: 'stock.release', doneBy: 'stock.released', failedBy: undefined },
} as const satisfies Record<Part, { sends: Command; doneBy: string; failedBy: string | undefined }>;

/** Replies that reveal something held or taken. For an attempt that is over they are answered with this part's undo. */
export const orphanUndo: { readonly [reply: string]: Part } = {
  'stock.reserved': 'stock',
  'stock.committed': 'stock',
  'payment.action-required': 'payment',
  'payment.awaiting-funds': 'payment',
  'payment.authorized': 'payment',
  'payment.captured': 'payment',
};

const pathFrom = (status: OrderStatus): OrderStatus[] => {
  const [success] = steps[status].sends ? Object.values(steps[status].on) : [];
  return success && 'to' in success ? [status, ...pathFrom(success.to)] : [status];
};

/** The steps of a checkout that goes well, in their order. In each, the commands of those before it have been sent. */
export const path: readonly OrderStatus[] = pathFrom('PLACED');

/** The parts that a checkout in this status has touched, the one to undo first at the front. Of a free order nothing is asked of payment. */
export const touchedBy = (status: OrderStatus, isFree = false): Part[] => {
  const soFar = path.slice(0, path.indexOf(status) + 1);
  const touched = new Set(soFar.flatMap((step) => steps[step].undo ?? []));
  if (isFree) touched.delete('payment');
  return [...touched].reverse();
};

/** How long a checkout waits, and how often it tries. */
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
    // A bank transfer takes up to three working days, and the customer has to get round to it.
    funds: 7 * 24 * 60 * minute,
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

/** For how long the stock has to be held: through every step up to its sale, the bank's extra step or the transfer included. */
export const reservationTtlMs = ({ waitMs }: Timings, isOffline: boolean): number =>
  waitMs.reserve + waitMs.authorize + (isOffline ? waitMs.funds : waitMs.action) + waitMs.commit + queueMarginMs;

/** How long to wait after the `sends`-th sending: an undo doubles each time, all else is even. */
export const patienceMs = ({ waitMs }: Timings, wait: Wait, sends: number): number =>
  waitMs[wait] * (wait === 'undo' ? 2 ** (sends - 1) : 1);
