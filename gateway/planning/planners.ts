/**
 * Who plans: a thread beside the event loop, for all supergraphs of the process. Planning is the one thing that a
 * client can make long with a document alone, and documents that are known already must not wait for it.
 */
import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLErrorExtensions, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from '#platform/observability/log.ts';
import type { PlanningMetrics, Refused } from './metrics.ts';
import type { PlanInTime } from './query-planner.ts';
import { type PlannerThread, plannerThread } from './thread.ts';
import { planningBounds } from './variables.ts';

/** Plans the operations of one supergraph. */
export interface Planner {
  readonly plan: PlanInTime;
  /** A supergraph that is no longer served is planned for until nobody waits any more. */
  readonly release: () => void;
}

export interface Planners {
  readonly of: (supergraph: string) => Planner;
  readonly close: () => Promise<void>;
}

interface PlannersOptions {
  readonly metrics: PlanningMetrics;
  readonly log: Logger;
  readonly bounds?: typeof planningBounds;
  /** The thread's code. */
  readonly code?: URL;
}

interface Supergraph {
  readonly id: number;
  readonly sdl: string;
  /** How many of its documents are not planned yet. */
  jobs: number;
  /** How many serve it. */
  holders: number;
}

interface Job {
  readonly supergraph: Supergraph;
  readonly document: string;
  readonly operationName: string | undefined;
  readonly isAhead: boolean;
  readonly askedAt: number;
  readonly plan: PromiseWithResolvers<QueryPlan>;
}

export const planners = (options: PlannersOptions): Planners => {
  const { metrics, bounds = planningBounds } = options;
  const queue = { now: [] as Job[], ahead: [] as Job[] };
  const planner = onePlanner({ ...options, bounds });
  let isPlanning = false;
  let isClosed = false;
  const supergraphs = new Map<string, Supergraph>();
  let ids = 0;

  const forgetReleased = (supergraph: Supergraph): void => {
    if (supergraph.holders > 0 || supergraph.jobs > 0) return;
    planner.forget(supergraph);
    if (supergraphs.get(supergraph.sdl) === supergraph) supergraphs.delete(supergraph.sdl);
  };
  const planAll = async (): Promise<void> => {
    if (isPlanning) return;
    isPlanning = true;
    for (let job = queue.now.shift() ?? queue.ahead.shift(); job; job = queue.now.shift() ?? queue.ahead.shift()) {
      await planner.plan(job).then(job.plan.resolve, job.plan.reject);
      job.supergraph.jobs -= 1;
      forgetReleased(job.supergraph);
    }
    isPlanning = false;
  };
  const plan = (supergraph: Supergraph, ...[document, operationName, isAhead = false]: Parameters<PlanInTime>) => {
    if (isClosed || queue.now.length >= bounds.waiting) {
      metrics.refused('overloaded');
      return Promise.reject(overloaded());
    }
    const asked = { document: print(document), operationName, isAhead, askedAt: performance.now() };
    const job = { ...asked, supergraph, plan: Promise.withResolvers<QueryPlan>() };
    supergraph.jobs += 1;
    queue[isAhead ? 'ahead' : 'now'].push(job);
    void planAll();
    return job.plan.promise;
  };

  return {
    of: (sdl) => {
      const supergraph = supergraphs.get(sdl) ?? { id: ids++, sdl, jobs: 0, holders: 0 };
      supergraphs.set(sdl, supergraph);
      supergraph.holders += 1;
      if (!isClosed) planner.load(supergraph);
      return {
        plan: (...asked) => plan(supergraph, ...asked),
        release: () => {
          supergraph.holders -= 1;
          forgetReleased(supergraph);
        },
      };
    },
    close: async () => {
      isClosed = true;
      for (const job of [...queue.now.splice(0), ...queue.ahead.splice(0)]) job.plan.reject(overloaded());
      await planner.close();
    },
  };
};

/** A thread, and the next one when it has failed. */
const onePlanner = ({ metrics, log, bounds, code }: PlannersOptions & { readonly bounds: typeof planningBounds }) => {
  const failed = new LRUCache<string, true>({ max: bounds.failed, ttl: bounds.failedMs });
  let thread: PlannerThread | undefined;
  let isClosed = false;
  const refuse = (reason: Refused, error: Error): never => {
    if (!isClosed) metrics.refused(reason);
    throw error;
  };
  const current = (): PlannerThread => {
    thread ??= plannerThread({ ...bounds, code });
    return thread;
  };
  return {
    load: (supergraph: Supergraph) => current().load(supergraph),
    plan: async (job: Job): Promise<QueryPlan> => {
      const { supergraph, document, operationName, askedAt, isAhead } = job;
      if (!isAhead && performance.now() - askedAt > bounds.waitMs) return refuse('overloaded', overloaded());
      if (failed.size > 0 && failed.has(keyOf(job))) return refuse('known', planningFailed());
      const outcome = await current().plan(supergraph, document, operationName);
      if ('plan' in outcome) return JSON.parse(outcome.plan);
      if ('refusal' in outcome) throw refusal(outcome);
      thread = undefined;
      const { failure, reason } = outcome;
      if (isClosed) throw overloaded();
      failed.set(keyOf(job), true);
      log.error({ failure, reason }, 'the planner has failed; another one takes over');
      return refuse(failure, planningFailed());
    },
    forget: (supergraph: Supergraph) => thread?.forget(supergraph),
    close: async () => {
      isClosed = true;
      await thread?.close();
    },
  };
};

const keyOf = ({ supergraph, document, operationName }: Pick<Job, 'supergraph' | 'document' | 'operationName'>) =>
  createHash('sha256').update(`${supergraph.id} ${operationName} ${document}`).digest('hex');

const refusal = ({ refusal: message, code }: { refusal: string; code: unknown }): Error =>
  code === undefined ? new Error(message) : new GraphQLError(message, { extensions: { code } });

const overloaded = () =>
  new GraphQLError('Too many new documents are arriving at once. Try again in a second.', {
    // graphql-yoga types the headers as a plain object; Apollo Server reads a map.
    extensions: {
      code: 'OVERLOADED',
      http: { status: 503, headers: new HeaderMap([['retry-after', '1']]) },
    } as unknown as GraphQLErrorExtensions,
  });

const planningFailed = () =>
  new GraphQLError('The operation is too difficult to plan. Ask for less at once.', {
    extensions: { code: 'PLANNING_FAILED', http: { status: 500 } },
  });
