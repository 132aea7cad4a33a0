/** Calls to the provider: how they are opened, made, recorded, and retried. */
import { contradiction } from '../domain/bookkeeping.ts';
import { type Decision, decide } from '../domain/decide.ts';
import { leaseEnd, lookAfterMs, mustLook, nextTryAt, type Operation } from '../domain/operation.ts';
import { payWith } from '../domain/payment-method.ts';
import type { OperationKind } from '../domain/payment-states.ts';
import { ProviderFault, type ProviderResult, type RefundResult } from '../domain/provider-results.ts';
import { endRefund } from '../domain/refund.ts';
import { nextKey, outcomeOf } from '../domain/unknown-outcome.ts';
import type { Deps, Stores } from './ports.ts';
import type { PaymentProvider, ProviderCall } from './provider.ts';

/**
 * Records a decision within the current transaction. Returns the operation that it opened, if any, for the caller to run
 * after the commit; if the caller dies first, the sweep does. Money moves only by an operation, named by `operationKey`.
 */
export const applyDecision = async (
  { payments, operations, ledger, outbox, now }: Stores,
  { payment, call, lines, replies }: Decision,
  { operationKey, providerTimeoutMs }: { operationKey?: string; providerTimeoutMs: number },
): Promise<Operation | undefined> => {
  await payments.save(payment);
  if (lines.length > 0) {
    if (!operationKey) throw new Error(`payment ${payment.id}: money moved without an operation`);
    await ledger.add(payment, lines, { now, operationKey });
  }
  await outbox.add(...replies);
  return call && (await operations.open(payment, call, { now, nextTryAt: leaseEnd(now, providerTimeoutMs) }));
};

/**
 * Makes the call of an operation with no transaction open, records the result, and continues with what follows from it
 * (a void after an authorization that was cancelled meanwhile). A crash at any point leaves the operation open: the sweep
 * repeats the call with the same key, and the provider replays its first answer, or looks up what came of it (domain/unknown-outcome.ts).
 */
export const runOperation =
  (deps: Deps) =>
  async (first: Operation): Promise<void> => {
    let operation: Operation | undefined = first;
    // Terminates by the state table: a result opens at most an undo, and that of a void at most a refund.
    while (operation) operation = await runOne(deps, operation);
  };

// 20 calls at once: about what a burst of crashes leaves behind, and few enough for the database pool and the provider.
const batch = 20;

/** Retries operations whose call got no answer, or whose process died. Safe to run in many processes. */
export const sweepOperations = (deps: Deps) => async (): Promise<void> => {
  const now = await deps.now();
  const due = await deps.work.claimOperations(batch, now, leaseEnd(now, deps.providerTimeoutMs));
  const run = runOperation(deps);
  await allOf(due.map((operation) => deps.onBehalfOf(operation.payment, () => run(operation))));
};

/** Waits for all of them, then throws the first failure. */
export const allOf = async (work: readonly Promise<void>[]): Promise<void> => {
  const failure = (await Promise.allSettled(work)).find((end) => end.status === 'rejected');
  if (failure) throw failure.reason;
};

const runOne = async (deps: Deps, operation: Operation): Promise<Operation | undefined> => {
  deps.pass(`${operation.kind}: opened`);
  // One that was opened a moment ago need not ask for the time.
  const isRepeated = operation.tries > 0;
  const outcome =
    isRepeated && mustLook(operation, providerOf(deps, operation.payment).keepsKeysForMs, await deps.now())
      ? await lookUp(deps, operation)
      : await callProvider(deps, operation);
  if ('kind' in outcome) {
    deps.pass(`${operation.kind}: answered`);
    const opened = await recordResult(deps, operation, outcome);
    deps.pass(`${operation.kind}: recorded`);
    return opened;
  }
  if (outcome.next === 'newKey') return withNewKey(deps, operation);
  const now = await deps.now();
  const looksFirst = outcome.next === 'findFirst';
  const pauseMs = Math.max(outcome.afterMs ?? 0, looksFirst ? lookAfterMs : 0);
  const until = Math.max(now.getTime() + pauseMs, nextTryAt(now, operation.tries).getTime());
  await deps.work.postpone(operation, new Date(until), looksFirst);
  return undefined;
};

/** What to do about a call whose outcome is not known: try again later, with the key or after a look, or at once with a new key. */
interface Unknown {
  readonly next: 'sameKey' | 'findFirst' | 'newKey';
  readonly afterMs?: number | undefined;
}

const withNewKey = ({ transaction }: Deps, operation: Operation): Promise<Operation | undefined> =>
  transaction(async ({ operations, payments, now }) => {
    await payments.lock(operation.payment.attemptId);
    return operations.rekey(operation, nextKey(operation.key), now);
  });

// 5 min: the provider's clock, and ours.
const clockSkewMs = 5 * 60 * 1_000;

/** Finds out at the provider what came of a call, instead of making it again. */
const lookUp = async (deps: Deps, operation: Operation): Promise<ProviderResult | Unknown> => {
  const { payment, keyedAt, amount } = operation;
  try {
    const signal = AbortSignal.timeout(deps.providerTimeoutMs);
    const since = new Date(keyedAt.getTime() - clockSkewMs);
    const until = new Date((await deps.now()).getTime() + clockSkewMs);
    const state =
      payment.reference === null
        ? await providerOf(deps, payment).find({ attemptId: payment.attemptId, since, until }, signal)
        : await providerOf(deps, payment).state({ reference: payment.reference }, signal);
    const outcome = outcomeOf(operation, state);
    if (outcome === 'notDone') return { next: 'newKey' };
    if (outcome === 'pending') return { next: 'findFirst' };
    const fault = contradiction(payment, outcome, amount);
    // A decline counts once it is closed, as that of a call is.
    const isOpen = outcome.kind === 'declined' && outcome.reference !== null && state?.end === null;
    if (isOpen) return await providerOf(deps, payment).lookup({ reference: outcome.reference }, signal);
    if (fault === undefined) return outcome;
    deps.telemetry.contradicted(payment, fault);
  } catch {
    // Logged and counted by the provider's wrapper (adapters/telemetry.ts).
  }
  return { next: 'findFirst' };
};

/**
 * Whatever is thrown (refused connection, time-out, 500) may have happened before or after the effect. A result that
 * contradicts the request counts as unknown too: the call is repeated, so that it is booked once the adapter is fixed, and
 * the order's own time-outs alert an operator meanwhile.
 */
const callProvider = async (deps: Deps, operation: Operation): Promise<ProviderResult | Unknown> => {
  try {
    const call = { key: operation.key, signal: AbortSignal.timeout(deps.providerTimeoutMs) };
    const result = await calls[operation.kind](providerOf(deps, operation.payment), operation, call);
    const fault = contradiction(operation.payment, result, operation.amount);
    if (fault === undefined) return result;
    deps.telemetry.contradicted(operation.payment, fault);
    // Asked again it would say the same: what was let go is another amount than is known, because a part was captured by hand.
    if (operation.kind === 'VOID') return { next: 'findFirst' };
  } catch (error) {
    // Logged and counted by the provider's wrapper (adapters/telemetry.ts).
    if (error instanceof ProviderFault) return { next: error.next, afterMs: error.retryAfterMs };
  }
  return { next: 'sameKey' };
};

/** A payment stays with the provider that authorized it. */
export const providerOf = ({ providers }: Pick<Deps, 'providers'>, { provider }: { readonly provider: string }) => {
  const found = providers.get(provider);
  if (!found) throw new Error(`the payment provider ${provider} is not configured`);
  return found;
};

const calls: Record<
  OperationKind,
  (provider: PaymentProvider, operation: Operation, call: ProviderCall) => Promise<ProviderResult>
> = {
  AUTHORIZE: (provider, { payment: { attemptId, orderId, amount }, secret }, call) =>
    provider.authorize({ attemptId, orderId, amount, method: payWith(required(secret, 'a method')) }, call),
  CONFIRM: (provider, { payment, secret }, call) =>
    provider.confirm({ ...referenceOf(payment), code: required(secret, 'a code') }, call),
  CAPTURE: (provider, { payment, amount, isFinal = true }, call) =>
    provider.capture(
      { ...referenceOf(payment), amount: required(amount, 'an amount'), isFinal, capturedBefore: payment.captured },
      call,
    ),
  VOID: (provider, { payment }, call) => provider.void(referenceOf(payment), call),
  REFUND: (provider, { payment, amount }, call) =>
    provider.refund({ ...referenceOf(payment), amount: required(amount, 'an amount') }, call),
};

const referenceOf = ({ reference }: Operation['payment']) => ({ reference: required(reference, 'a reference') });

const required = <T>(value: T | null | undefined, what: string): T => {
  if (value === null || value === undefined) throw new Error(`the operation needs ${what}`);
  return value;
};

const isRefundResult = (result: ProviderResult): result is RefundResult =>
  result.kind === 'refunded' || result.kind === 'refundRefused';

const recordResult = (
  { transaction, providerTimeoutMs }: Deps,
  { key, payment: { attemptId }, refundId, amount }: Operation,
  result: ProviderResult,
): Promise<Operation | undefined> =>
  transaction(async (stores) => {
    const payment = await stores.payments.lock(attemptId);
    if (!payment) throw new Error(`operation ${key} has no payment`);
    // Two processes may have made the call: both got the same answer, and the first to record it wins.
    if (!(await stores.operations.close(key, result.kind, stores.now))) return undefined;
    const how = { operationKey: key, providerTimeoutMs };
    if (!refundId) return applyDecision(stores, decide(payment, result, stores.now), how);
    if (!isRefundResult(result)) throw new Error(`operation ${key}: a refund cannot end as ${result.kind}`);
    await stores.refunds.end(refundId, result.kind === 'refunded' ? null : result.reason, stores.now);
    const refund = { id: refundId, amount: required(amount, 'an amount') };
    return applyDecision(stores, endRefund(payment, refund, result, stores.now), how);
  });
