/** A provider call as an entity: recorded before it is made, then repeated until its outcome is known. */
import type { AttemptId, RefundId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import type { Payment } from './payment.ts';
import type { OperationKind } from './payment-states.ts';

/** What to ask the provider. */
export interface Call {
  readonly kind: OperationKind;
  /** For CAPTURE and REFUND. */
  readonly amount?: Money;
  /** For CAPTURE: whether what it leaves of the hold is let go. */
  readonly isFinal?: boolean;
  /** The token of AUTHORIZE, the code of CONFIRM. */
  readonly secret?: string;
  /** The refund that a REFUND is for; none when it undoes a capture. */
  readonly refundId?: RefundId;
}

export interface Operation extends Call {
  /** The idempotency key sent to the provider: the same on every try, until it may have forgotten it. */
  readonly key: string;
  /** Since when the provider gets this key. */
  readonly keyedAt: Date;
  /** The provider replays a fault that it has stored under the key. */
  readonly looksFirst: boolean;
  /** As of when the operation was opened: nothing that the call needs changes while it is open. */
  readonly payment: Payment;
  /** Tries so far without an answer. */
  readonly tries: number;
}

/**
 * `<attempt>-void`, and `<attempt>-void-2` after the first one was answered: a provider replays its answer to a known key,
 * so a new request needs a new key. Safe, because an operation is closed only when its outcome is known.
 */
export const operationKey = (attemptId: AttemptId, kind: OperationKind, earlier: number): string =>
  `${attemptId}-${kind.toLowerCase()}${earlier === 0 ? '' : `-${earlier + 1}`}`;

/** The key after all of these. Not all of the earlier ones need be known: older books have lost some. */
export const nextOperationKey = (attemptId: AttemptId, kind: OperationKind, keys: readonly string[]): string => {
  const first = operationKey(attemptId, kind, 0);
  const numbers = keys.map((key) => {
    const base = key.split('~')[0] as string;
    return base === first ? 1 : Number(base.slice(first.length + 1)) || 0;
  });
  return operationKey(attemptId, kind, Math.max(0, ...numbers));
};

// 1 s beyond the call's own time-out: enough to record the result. Too short would be harmless: the key is the same.
const recordingMs = 1_000;
/** Whether what came of the call has to be found out before it is made again: the key is too old, or answers with a fault. */
export const mustLook = ({ keyedAt, looksFirst }: Operation, keepsKeysForMs: number, now: Date): boolean =>
  looksFirst || now.getTime() - keyedAt.getTime() >= keepsKeysForMs;

/** How long the process that makes the call has the operation to itself. */
export const leaseEnd = (now: Date, providerTimeoutMs: number): Date =>
  new Date(now.getTime() + providerTimeoutMs + recordingMs);

const firstPauseMs = 500;
// 30 s: orders should not wait for minutes once the provider is back from an outage.
const longestPauseMs = 30_000;
// 30 s: what a provider has answered with a fault may be taking effect yet.
export const lookAfterMs = 30_000;
/** The retry back-off after a call without an answer: 0.5 s, 1 s, 2 s … 30 s, for as long as it takes. */
export const nextTryAt = (now: Date, tries: number): Date =>
  new Date(now.getTime() + Math.min(firstPauseMs * 2 ** Math.min(tries, 10), longestPauseMs));
