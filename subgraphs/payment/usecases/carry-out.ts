import type { Decision } from '../domain/decide.ts';
import { leaseEnd, type Operation } from '../domain/operation.ts';
import type { Deps, Stores } from './ports.ts';

/**
 * Writes down what was decided, all in the transaction at hand. Returns the operation that was opened, if any: to be
 * run by the caller once the transaction is over, and by the sweep if the caller does not live to see that.
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

/** The same for a decision about a command, which no money moves by. */
export const carryOutCommand = (stores: Stores, decision: Decision, { providerTimeoutMs }: Deps) =>
  applyDecision(stores, decision, { providerTimeoutMs });
