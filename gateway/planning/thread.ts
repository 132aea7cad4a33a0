/** A thread that plans, seen from the event loop. It is given one document at a time, so that its end is that document's fault. */
import { Worker } from 'node:worker_threads';
import type { FromThread, ToThread } from './planner-thread.ts';

/** `failure`: the thread is gone. */
export type Outcome =
  | { readonly plan: string }
  | { readonly refusal: string; readonly code: unknown }
  | { readonly failure: 'timed_out' | 'crashed'; readonly reason: string };

export interface PlannerThread {
  /** Builds its planner, before the first document comes. */
  readonly load: (supergraph: Supergraph) => void;
  /** Never rejects. */
  readonly plan: (supergraph: Supergraph, document: string, operationName: string | undefined) => Promise<Outcome>;
  readonly forget: (supergraph: Supergraph) => void;
  readonly close: () => Promise<void>;
}

interface Supergraph {
  readonly id: number;
  readonly sdl: string;
}

interface ThreadOptions {
  readonly planMs: number;
  readonly startMs: number;
  readonly heapMiB: number;
  readonly code?: URL | undefined;
}

const plannerCode = new URL('./planner-thread.ts', import.meta.url);

export const plannerThread = ({ planMs, startMs, heapMiB, code = plannerCode }: ThreadOptions): PlannerThread => {
  // Flags of the process, its heap limit for example, are not the thread's.
  const worker = new Worker(code, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapMiB } });
  const known = new Set<number>();
  let settle: ((outcome: Outcome) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let end: Outcome | undefined;
  worker.unref();

  const finish = (outcome: Outcome): void => {
    clearTimeout(timer);
    worker.unref();
    settle?.(outcome);
    settle = undefined;
  };
  const failed = (failure: 'timed_out' | 'crashed', reason: string): void => {
    end ??= { failure, reason };
    finish(end);
    void worker.terminate();
  };
  const limit = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => failed('timed_out', `no plan within ${ms} ms`), ms);
  };
  worker.on('error', (error) => failed('crashed', String(error)));
  worker.on('exit', (status) => failed('crashed', `it ended with ${status}`));
  worker.on('message', (message: FromThread) => {
    if ('begun' in message) limit(planMs);
    else finish(message);
  });

  const post = (message: ToThread): void => worker.postMessage(message);
  const load = ({ id, sdl }: Supergraph): void => {
    if (!known.has(id)) post({ supergraph: id, sdl });
    known.add(id);
  };
  return {
    load,
    plan: (supergraph, document, operationName) => {
      if (end) return Promise.resolve(end);
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      settle = resolve;
      worker.ref();
      limit(startMs);
      load(supergraph);
      post({ supergraph: supergraph.id, document, operationName });
      return promise;
    },
    forget: ({ id }) => {
      if (known.delete(id)) post({ forget: id });
    },
    close: async () => {
      end ??= { failure: 'crashed', reason: 'it was closed' };
      finish(end);
      await worker.terminate();
    },
  };
};
