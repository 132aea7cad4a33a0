/** A call to the provider as a thing of its own: written down before it is made, made until there is an answer. */
import type { AttemptId } from '#contracts/ids.ts';
import type { Money } from '#contracts/money.ts';
import type { Payment } from './payment.ts';
import type { OperationKind } from './payment-states.ts';

/** What is to be asked of the provider. */
export interface Call {
  readonly kind: OperationKind;
  /** For CAPTURE and REFUND. */
  readonly amount?: Money;
  /** The token of AUTHORIZE, the code of CONFIRM. */
  readonly secret?: string;
}

export interface Operation extends Call {
  /** The idempotency key that the provider gets, the same on every try. */
  readonly key: string;
  /** As it was when the operation was opened: nothing that the call needs changes while it is open. */
  readonly payment: Payment;
  /** How often it was tried and got no answer. */
  readonly tries: number;
}

/**
 * `<attempt>-void`, and `<attempt>-void-2` once the first one was answered: a provider repeats its answer to a key, so
 * asking anew takes a new one. Safe, because an operation is closed only when its outcome is known.
 */
export const operationKey = (attemptId: AttemptId, kind: OperationKind, earlier: number): string =>
  `${attemptId}-${kind.toLowerCase()}${earlier === 0 ? '' : `-${earlier + 1}`}`;

// 1 s beyond the call's own time limit: enough to record an answer. Too short does no harm: the key is the same.
const recordingMs = 1_000;
/** Until when whoever makes the call has it to themselves. */
export const leaseEnd = (now: Date, providerTimeoutMs: number): Date =>
  new Date(now.getTime() + providerTimeoutMs + recordingMs);

const firstPauseMs = 500;
// 30 s: a provider that is back after an outage should not find orders that wait for minutes.
const longestPauseMs = 30_000;
/** After a call without an answer: 0.5 s, 1 s, 2 s … 30 s, for as long as it takes. */
export const nextTryAt = (now: Date, tries: number): Date =>
  new Date(now.getTime() + Math.min(firstPauseMs * 2 ** Math.min(tries, 10), longestPauseMs));
