/** A provider's webhook as we keep it: stored before it is processed, so that none is lost and any can be replayed. */
import type { AttemptId, Id } from '#contracts/ids.ts';
import { heldBy, type Payment } from './payment.ts';

export type ProviderEventId = Id<'ProviderEvent'>;

/**
 * RECEIVED: waits to be processed, for the first time or again. DONE: the payment was looked up because of it. IGNORED: of
 * another account or mode, or of no payment that we know. FAILED: given up after the last try; staff may replay it.
 */
export type ProviderEventState = 'RECEIVED' | 'DONE' | 'IGNORED' | 'FAILED';

export interface StoredEvent {
  readonly id: ProviderEventId;
  readonly provider: string;
  /** The provider's own id of it. */
  readonly eventId: string;
  readonly type: string;
  /** The account that it happened in; null for our own. */
  readonly account: string | null;
  /** What it is about, one or both; neither for an event that does not concern us. */
  readonly attemptId: AttemptId | null;
  readonly reference: string | null;
  readonly state: ProviderEventState;
  /** Why it was ignored, or has failed so far. */
  readonly reason: string | null;
  readonly tries: number;
  readonly receivedAt: Date;
  readonly doneAt: Date | null;
}

/** How processing ended, or when it is tried again. */
export type EventOutcome =
  | { readonly state: 'DONE'; readonly reason: null }
  | { readonly state: 'IGNORED' | 'FAILED'; readonly reason: string }
  | { readonly state: 'RECEIVED'; readonly reason: string; readonly nextTryAt: Date };

const firstPauseMs = 1_000;
// 10 min: a provider that is out for hours is asked by the payments' own checks meanwhile.
const longestPauseMs = 600_000;
// 15 tries are about an hour and a half; afterwards the cause is no outage, and a person looks.
const mostTries = 15;

/** After a try that failed: 1 s, 2 s, 4 s … 10 min, then no more. */
export const afterFailure = ({ tries }: Pick<StoredEvent, 'tries'>, reason: string, now: Date): EventOutcome =>
  tries >= mostTries
    ? { state: 'FAILED', reason }
    : {
        ...{ state: 'RECEIVED', reason },
        nextTryAt: new Date(now.getTime() + Math.min(firstPauseMs * 2 ** Math.max(0, tries - 1), longestPauseMs)),
      };

// 5 tries are half a minute: our own call that begot the reference has its answer, or has given up, by then.
const triesUntilUnknown = 5;

/**
 * No payment has this attempt or reference. An attempt is known before the provider hears of it; a reference only after it
 * has answered, and its webhook can be faster.
 */
export const whenUnknown = (event: Pick<StoredEvent, 'tries' | 'attemptId'>, now: Date): EventOutcome => {
  const reason = 'No payment of ours.';
  if (event.attemptId !== null || event.tries >= triesUntilUnknown) return { state: 'IGNORED', reason };
  return afterFailure(event, reason, now);
};

// What can happen without a call of ours. All else echoes our own calls, whose answers say more: looking it up would cost three
// requests per event.
const news = /^(payment_intent\.canceled$|refund\.|charge\.refund|charge\.dispute\.)/;
/** Of a payment that holds money, also that it was captured: by hand, since a call of ours would be under way or recorded. */
export const mayBeNews = ({ type }: Pick<StoredEvent, 'type'>, payment: Payment): boolean =>
  news.test(type) || (type === 'payment_intent.succeeded' && heldBy(payment) > 0);
