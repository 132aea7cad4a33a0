/** So many calls of one subgraph at a time, so many more may wait: a slow subgraph must not take the whole gateway with it. */
import { SubgraphFailure } from './subgraph-faults.ts';

export interface Bulkhead {
  /** Runs `work` when there is room; throws `SUBGRAPH_OVERLOADED` at once when too many wait already. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  state(): { readonly pending: number; readonly waiting: number };
}

interface Waiting {
  readonly enter: () => void;
  readonly leave: (why: SubgraphFailure) => void;
}

export const bulkhead = ({ concurrency, queue }: { concurrency: number; queue: number }): Bulkhead => {
  let pending = 0;
  const line = new Set<Waiting>();

  const room = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        line.delete(place);
        signal.removeEventListener('abort', timeIsUp);
      };
      const place: Waiting = {
        enter: () => {
          done();
          resolve();
        },
        leave: (why) => {
          done();
          reject(why);
        },
      };
      const timeIsUp = () => place.leave(neverSent(signal.reason));
      signal.addEventListener('abort', timeIsUp);
      line.add(place);
      if (signal.aborted) timeIsUp();
    });

  // Whoever ends hands their place on, so that nobody who comes in between can take it.
  const handOn = (): void => {
    const [first] = line;
    if (first) first.enter();
    else pending -= 1;
  };

  return {
    run: async (signal, work) => {
      if (pending < concurrency) pending += 1;
      else if (line.size < queue) await room(signal);
      else throw new SubgraphFailure('SUBGRAPH_OVERLOADED', { why: { reason: 'too many wait already' } });
      try {
        return await work();
      } finally {
        handOn();
      }
    },
    state: () => ({ pending, waiting: line.size }),
  };
};

/** A deadline that passes in the queue is no time-out of the subgraph, which never heard of the call. */
const neverSent = (reason: unknown): SubgraphFailure =>
  reason instanceof SubgraphFailure && reason.fault === 'CLIENT_GONE'
    ? reason
    : new SubgraphFailure('SUBGRAPH_OVERLOADED', { why: { reason: 'its turn did not come within the time-out' } });
