/** A second try for what may be sent twice: queries, and whatever was never sent. Within the one deadline of the call. */
import { setTimeout as pause } from 'node:timers/promises';
import { attemptTimedOut, withDeadline } from './deadline.ts';
import type { Endpoints } from './endpoints.ts';
import type { Send, SubgraphCall } from './subgraph-call.ts';
import { failureOf, type SubgraphFailure } from './subgraph-call.ts';

export interface RetryOptions {
  /** Beside the first try. 0 for none. */
  readonly retries: number;
  /** The longest pause before the first retry; twice that before the next. */
  readonly pauseMs: number;
  readonly budget: RetryBudget;
  /** How long a query's first try may take when another endpoint could be asked. */
  readonly firstAttemptMs: () => number | undefined;
  readonly random?: () => number;
  readonly onRetry: () => void;
}

export const withRetries =
  (endpoints: Pick<Endpoints, 'send'>, options: RetryOptions): Send =>
  async (call) => {
    options.budget.deposit();
    const tried = new Set<number>();
    const send = (signal: AbortSignal): ReturnType<Send> => endpoints.send({ ...call, signal }, tried);
    for (let retry = 0; ; retry++) {
      let isPaid = false;
      const pay = (): boolean => {
        isPaid ||= retry < options.retries && options.budget.withdraw();
        return isPaid;
      };
      try {
        return await (retry === 0 ? firstAttempt(call, options.firstAttemptMs(), send, pay) : send(call.signal));
      } catch (error) {
        const failure = failureOf(error);
        if (!mayRetry(failure, call) || !pay()) throw failure;
        options.onRetry();
        await jitteredPause(options, retry, call, failure);
      }
    }
  };

/**
 * A frozen endpoint must not use up the time in which another would have answered; but a try that no other can follow has
 * all the time there is. A mutation has one try.
 */
const firstAttempt = (
  call: SubgraphCall,
  ms: number | undefined,
  send: (signal: AbortSignal) => ReturnType<Send>,
  pay: () => boolean,
): ReturnType<Send> => {
  if (ms === undefined || call.isMutation) return send(call.signal);
  const late = () => (pay() ? attemptTimedOut() : undefined);
  return withDeadline(ms, { late, outer: call.signal }, ({ signal }) => send(signal));
};

/** Nothing is sent twice that could take effect twice. */
export const mayRetry = ({ retry }: SubgraphFailure, { isMutation }: Pick<SubgraphCall, 'isMutation'>): boolean =>
  retry === 'everything' || (retry === 'queries' && !isMutation);

/** Full jitter: whoever failed at the same moment does not come back at the same moment. */
const jitteredPause = async (
  { random = Math.random, pauseMs }: RetryOptions,
  retry: number,
  { signal }: SubgraphCall,
  failure: SubgraphFailure,
): Promise<void> => {
  try {
    await pause(random() * pauseMs * 2 ** retry, undefined, { signal });
  } catch {
    throw failure;
  }
};

interface RetryBudget {
  /** At each first try. */
  deposit(): void;
  /** Before each retry: whether there is enough for it. */
  withdraw(): boolean;
}

/**
 * Retries may add a share of `ratio` to the load and no more: a subgraph that fails because it is overloaded must not get
 * three times the load for it. The reserve lets an idle subgraph's first failures be retried.
 */
export const retryBudget = ({ ratio, reserve }: { ratio: number; reserve: number }): RetryBudget => {
  let tokens = reserve;
  return {
    deposit: () => {
      tokens = Math.min(reserve, tokens + ratio);
    },
    withdraw: () => {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
};
