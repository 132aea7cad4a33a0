/** Retries queries, and whatever was never sent, within the call's one deadline. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Endpoints } from './endpoints.ts';
import {
  attemptTimedOut,
  failureOf,
  type Send,
  type SubgraphCall,
  type SubgraphFailure,
  withCallDeadline,
} from './subgraph-call.ts';

export interface RetryOptions {
  /** Beside the first attempt. 0 for none. */
  readonly retries: number;
  /** The longest pause before the first retry; doubles for the next. */
  readonly pauseMs: number;
  readonly budget: RetryBudget;
  /** Limit of a query's first attempt when another endpoint is available. */
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
 * A frozen endpoint must not use up the time in which another would answer. If no attempt can follow, this one has all
 * the time there is. Mutations have one attempt.
 */
const firstAttempt = (
  call: SubgraphCall,
  ms: number | undefined,
  send: (signal: AbortSignal) => ReturnType<Send>,
  pay: () => boolean,
): ReturnType<Send> => {
  if (ms === undefined || call.isMutation) return send(call.signal);
  const late = () => (pay() ? attemptTimedOut() : undefined);
  return withCallDeadline(ms, { late, outer: call.signal }, ({ signal }) => send(signal));
};

/** Nothing is sent twice that could take effect twice. */
export const mayRetry = ({ retry }: SubgraphFailure, { isMutation }: Pick<SubgraphCall, 'isMutation'>): boolean =>
  retry === 'everything' || (retry === 'queries' && !isMutation);

/** Full jitter, so that simultaneous failures do not retry simultaneously. */
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
  deposit(): void;
  /** Before each retry: whether the budget covers it. */
  withdraw(): boolean;
}

/**
 * Limits retries to a share `ratio` of the load: an overloaded subgraph must not get three times the load. The reserve
 * covers the first failures after an idle time.
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
