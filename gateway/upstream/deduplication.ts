/** Identical concurrent queries of the same viewer share one call. */
import { requestIdHeader } from '#contracts/viewer.ts';
import { copyOf } from '../execution/merge.ts';
import { clientGone, type SubgraphAnswer } from './subgraph-call.ts';

interface Deduplication {
  /** `ask` is called unless the same call is in flight. */
  share(key: string, gone: AbortSignal | undefined, ask: Ask): Promise<SubgraphAnswer>;
  /** Nobody joins calls in flight any more: a query after a mutation must see its effect. */
  forget(): void;
}

/** `allGone` is aborted when nobody waits any more; `waiters` counts those who have joined so far. */
type Ask = (allGone: AbortSignal, waiters: () => number) => Promise<SubgraphAnswer>;

interface SharedCall {
  readonly answer: Promise<SubgraphAnswer>;
  readonly allGone: AbortController;
  waiting: number;
  /** Including those who have left. */
  joined: number;
}

export const deduplication = ({ onShared }: { readonly onShared: () => void }): Deduplication => {
  const inFlight = new Map<string, SharedCall>();

  const start = (key: string, ask: Ask): SharedCall => {
    const allGone = new AbortController();
    const counts = { waiting: 0, joined: 0 };
    const call: SharedCall = Object.assign(counts, { allGone, answer: ask(allGone.signal, () => counts.joined) });
    const settled = () => {
      if (inFlight.get(key) === call) inFlight.delete(key);
    };
    call.answer.then(settled, settled);
    inFlight.set(key, call);
    return call;
  };

  return {
    share: async (key, gone, ask) => {
      const known = inFlight.get(key);
      const call = known ?? start(key, ask);
      if (known) onShared();
      call.waiting += 1;
      call.joined += 1;
      const answer = await unlessGone(call.answer, gone, () => {
        call.waiting -= 1;
        if (call.waiting > 0) return;
        // Later callers must not join a call that is being aborted.
        if (inFlight.get(key) === call) inFlight.delete(key);
        call.allGone.abort(clientGone());
      });
      // The executor mutates the answers it gets, so everyone needs a copy of a shared one.
      return call.joined > 1 ? copyOf(answer) : answer;
    },
    forget: () => inFlight.clear(),
  };
};

/** Differ per request without affecting the answer; in the key they would prevent any sharing. */
const correlation = new Set([requestIdHeader, 'traceparent', 'tracestate']);

/** The whole request and all headers it is sent with. */
export const keyOf = (body: string, headers: Readonly<Record<string, string>>, generations = ''): string => {
  let key = generations;
  // Neither a header nor the generations can contain a line break, so nothing can pass for something else.
  for (const name of Object.keys(headers).toSorted()) if (!correlation.has(name)) key += `\n${name}: ${headers[name]}`;
  return `${key}\n\n${body}`;
};

const unlessGone = <T>(answer: Promise<T>, gone: AbortSignal | undefined, leave: () => void): Promise<T> => {
  if (!gone) return answer;
  return new Promise((resolve, reject) => {
    const hasGone = () => {
      leave();
      reject(clientGone());
    };
    gone.addEventListener('abort', hasGone, { once: true });
    if (gone.aborted) hasGone();
    answer.then(resolve, reject).finally(() => gone.removeEventListener('abort', hasGone));
  });
};
