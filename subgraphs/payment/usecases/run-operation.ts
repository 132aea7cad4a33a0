import type { ProviderResult } from '../domain/provider-results.ts';
import { contradiction } from '../domain/bookkeeping.ts';
import { decide } from '../domain/decide.ts';
import { nextTryAt, type Operation } from '../domain/operation.ts';
import type { OperationKind } from '../domain/payment-states.ts';
import { applyDecision } from './carry-out.ts';
import type { Deps, PaymentProvider, ProviderCall } from './ports.ts';

/**
 * Makes the call that an operation stands for, with no transaction open, then records the answer, and goes on with
 * what follows from it (a void after an authorization that was cancelled meanwhile). A crash at any point leaves the
 * operation open; the sweep makes the call again with the same key, and the provider gives its first answer again.
 */
export const runOperation =
  (deps: Deps) =>
  async (first: Operation): Promise<void> => {
    let operation: Operation | undefined = first;
    // Ends by the table: an answer opens at most an undo, and the answer to an undo opens nothing.
    while (operation) operation = await runOne(deps, operation);
  };

const runOne = async (deps: Deps, operation: Operation): Promise<Operation | undefined> => {
  const answer = await ask(deps, operation);
  if (answer !== 'unknown') return recordAnswer(deps, operation, answer);
  await deps.work.postpone(operation, nextTryAt(await deps.now(), operation.tries));
  return undefined;
};

/**
 * Whatever is thrown (refused connection, time-out, 500) may have come before or after the effect. An answer about other
 * money than was asked for is none either: it is asked for again, so that it is booked once whoever misread it is mended,
 * and the order's own time-outs call a person meanwhile.
 */
const ask = async (deps: Deps, operation: Operation): Promise<ProviderResult | 'unknown'> => {
  try {
    const call = { key: operation.key, signal: AbortSignal.timeout(deps.providerTimeoutMs) };
    const answer = await calls[operation.kind](deps.provider, operation, call);
    const fault = contradiction(operation.payment, answer, operation.amount);
    if (fault === undefined) return answer;
    deps.telemetry.contradicted(operation.payment, fault);
  } catch {
    // Logged and counted by the provider's wrapper (adapters/observed-provider.ts).
  }
  return 'unknown';
};

const calls: Record<
  OperationKind,
  (provider: PaymentProvider, operation: Operation, call: ProviderCall) => Promise<ProviderResult>
> = {
  AUTHORIZE: (provider, { payment: { attemptId, orderId, amount }, secret }, call) =>
    provider.authorize({ attemptId, orderId, amount, token: needed(secret, 'a token') }, call),
  CONFIRM: (provider, { payment, secret }, call) =>
    provider.confirm({ ...known(payment), code: needed(secret, 'a code') }, call),
  CAPTURE: (provider, { payment, amount }, call) =>
    provider.capture({ ...known(payment), amount: needed(amount, 'an amount') }, call),
  VOID: (provider, { payment }, call) => provider.void(known(payment), call),
  REFUND: (provider, { payment, amount }, call) =>
    provider.refund({ ...known(payment), amount: needed(amount, 'an amount') }, call),
};

const known = ({ reference }: Operation['payment']) => ({ reference: needed(reference, 'a reference') });

const needed = <T>(value: T | null | undefined, what: string): T => {
  if (value === null || value === undefined) throw new Error(`the operation needs ${what}`);
  return value;
};

const recordAnswer = (
  { transaction, providerTimeoutMs }: Deps,
  { key, payment: { attemptId } }: Operation,
  answer: ProviderResult,
): Promise<Operation | undefined> =>
  transaction(async (stores) => {
    const payment = await stores.payments.lock(attemptId);
    if (!payment) throw new Error(`operation ${key} has no payment`);
    // Two processes may have made the call; the answer was the same, and one of them was first.
    if (!(await stores.operations.close(key, answer.kind, stores.now))) return undefined;
    return applyDecision(stores, decide(payment, answer, stores.now), { operationKey: key, providerTimeoutMs });
  });
