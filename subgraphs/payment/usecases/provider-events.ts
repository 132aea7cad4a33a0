/**
 * Webhooks: stored, answered, then processed, each once. Their content is not trusted: an event is a reason to look the payment
 * up, so that it does not matter in which order they come, or how late.
 */

import { CallerFault, type IdempotencyConflict, ok, type Result } from '#contracts/result.ts';
import { whenToObserve } from '../domain/observe.ts';
import { leaseEnd } from '../domain/operation.ts';
import { isWaiting } from '../domain/payment-states.ts';
import {
  afterFailure,
  type EventOutcome,
  mayBeNews,
  type ProviderEventId,
  type StoredEvent,
  whenUnknown,
} from '../domain/provider-event.ts';
import { checkPayment } from './check-payment.ts';
import { observePayment } from './observe-payment.ts';
import type { Deps } from './ports.ts';
import type { SignedWebhook, UnreadableWebhook } from './provider.ts';
import { allOf } from './run-operation.ts';
import { type StaffCommand, staffChange } from './staff-change.ts';

/**
 * Stores a webhook. Once this resolves it is never lost, and its sender may have its answer. Returns the event if it is to be
 * processed now: undefined for a duplicate, and for what does not concern us.
 */
export const receiveProviderEvent =
  (deps: Deps) =>
  (webhook: SignedWebhook): Promise<StoredEvent | undefined> =>
    deps.transaction(async ({ events, now, afterCommit }) => {
      const { about, isForeign, ...event } = webhook.event;
      const ignored = isForeign ? 'Of another account or mode.' : about ? undefined : 'Of no payment.';
      const stored: StoredEvent = {
        ...{ id: deps.newId('ProviderEvent'), provider: event.provider, eventId: event.id, type: event.type },
        ...{ account: event.account, tries: 1, receivedAt: now },
        // Of a stranger's event nothing is looked up, replayed or not.
        ...{ attemptId: (!isForeign && about?.attemptId) || null, reference: (!isForeign && about?.reference) || null },
        ...(ignored
          ? { state: 'IGNORED', reason: ignored, doneAt: now }
          : { state: 'RECEIVED', reason: null, doneAt: null }),
      };
      const { livemode } = event;
      const nextTryAt = ignored ? null : leaseEnd(now, deps.providerTimeoutMs);
      const isNew = await events.store(stored, { livemode, body: webhook.body, nextTryAt });
      if (isNew && isForeign) afterCommit(() => deps.telemetry.eventEnded(stored));
      return isNew && !ignored ? stored : undefined;
    });

/** Looks up the payment that the event is about, and records how that ended. Never throws for the provider's faults. */
export const processProviderEvent =
  (deps: Deps) =>
  async (event: StoredEvent): Promise<void> => {
    const outcome = await attempt(deps, event);
    await deps.eventWork.endTry(event.id, outcome, await deps.now());
    if (outcome.state === 'FAILED') deps.telemetry.eventEnded({ ...event, ...outcome });
  };

const attempt = async (deps: Deps, event: StoredEvent): Promise<EventOutcome> => {
  try {
    const payment = await deps.transaction(async ({ payments, now }) => {
      const found = event.attemptId
        ? await payments.lock(event.attemptId)
        : event.reference && (await payments.lockByReference(event.provider, event.reference));
      // Another provider's event cannot speak of this payment.
      if (!found || found.provider !== event.provider) return undefined;
      // The webhook can be faster than the answer to our own call: the check is then due as soon as that one is recorded.
      if (isWaiting(found.status) || found.status === 'AUTHORIZING' || found.status === 'CONFIRMING')
        await payments.save({ ...found, nextCheckAt: now });
      return found;
    });
    if (!payment) return whenUnknown(event, await deps.now());
    if (isWaiting(payment.status)) await deps.onBehalfOf(payment, () => checkPayment(deps)(payment));
    else if (mayBeNews(event, payment) && whenToObserve(payment) !== 'never') {
      const seen = await deps.onBehalfOf(payment, () => observePayment(deps)(payment));
      // It is looked at again: what is seen may be the effect of the call that is under way.
      if (seen === 'underWay') throw new Error('a call about it is under way');
    }
    return { state: 'DONE', reason: null };
  } catch (error) {
    // The provider's wrapper has logged and counted it (adapters/telemetry.ts).
    const reason = error instanceof Error ? error.message : String(error);
    // 200 characters: what failed, for a person.
    return afterFailure(event, reason.slice(0, 200), await deps.now());
  }
};

// 20 at once: see sweepOperations.
const batch = 20;

/** Processes events whose process died, whose provider did not answer, or that staff replay. Safe to run in many processes. */
export const sweepProviderEvents = (deps: Deps) => async (): Promise<void> => {
  const now = await deps.now();
  const due = await deps.eventWork.claimEvents(batch, now, leaseEnd(now, deps.providerTimeoutMs));
  await allOf(due.map(processProviderEvent(deps)));
};

// 90 days: providers repeat an event for three days and show it for thirty; a dispute is argued about for longer.
const keptForMs = 90 * 24 * 60 * 60 * 1_000;
// As many as platform/messaging/idempotency.ts forgets at once, for the same reasons.
const forgottenAtOnce = 1_000;
const maxBatches = 50;

/** Deletes events that are too old to matter: their bodies hold what customers gave to the provider. */
export const forgetProviderEvents = (deps: Deps) => async (): Promise<void> => {
  const before = new Date((await deps.now()).getTime() - keptForMs);
  for (let round = 1; round <= maxBatches; round++)
    if ((await deps.eventWork.forgetEvents(before, forgottenAtOnce)) < forgottenAtOnce) return;
};

/**
 * Keeps a webhook that is signed but unreadable, for an operator to look at. A repetition would be no more readable; what
 * it meant to report is found out by a lookup, as if it had been lost.
 */
export const keepUnreadableWebhook =
  (deps: Deps) =>
  async (webhook: UnreadableWebhook): Promise<void> => {
    await deps.transaction(({ events, now }) => events.keep(webhook, now));
    deps.telemetry.unreadable(webhook);
  };

export interface ReplayProviderEvent extends StaffCommand {
  readonly providerEventId: ProviderEventId;
}

/** Processes a stored event again, whatever came of it: the payment is looked up as if the webhook had just arrived. */
export const replayProviderEvent =
  (deps: Deps) =>
  async (command: ReplayProviderEvent): Promise<Result<ProviderEventId, IdempotencyConflict>> => {
    const { providerEventId: id } = command;
    let replayed: StoredEvent | undefined;
    const result = await staffChange<ProviderEventId, never>(
      deps,
      command,
      { action: 'replayProviderEvent', input: { id } },
      async ({ stores: { events, now }, record }) => {
        replayed = await events.reopen(id, leaseEnd(now, deps.providerTimeoutMs));
        if (!replayed) throw new CallerFault('NOT_FOUND', 'There is no such provider event.');
        const { provider, eventId } = replayed;
        await record({ subject: { type: 'ProviderEvent', id }, customerId: null, details: { provider, eventId } });
        return ok(id);
      },
    );
    if (replayed) await processProviderEvent(deps)(replayed);
    return result;
  };
