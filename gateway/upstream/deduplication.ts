/** The same query for the same viewer, asked while it is under way, is asked once: everyone gets the one answer. */
import { requestIdHeader } from '#contracts/viewer.ts';
import { clientGone } from './deadline.ts';
import type { SubgraphAnswer } from './subgraph-call.ts';

interface Deduplication {
  /** `ask` is called when nobody is asking the same. */
  share(key: string, gone: AbortSignal | undefined, ask: Ask): Promise<SubgraphAnswer>;
  /** From now on nobody joins what is under way: a query that follows a mutation must see what the mutation did. */
  forget(): void;
}

/** `allGone` is aborted when nobody waits any more; `askers` tells how many have asked until now. */
type Ask = (allGone: AbortSignal, askers: () => number) => Promise<SubgraphAnswer>;

/** How many wait, and how many ever asked. */
interface Seats {
  waiting: number;
  askers: number;
}

interface Flight {
  readonly answer: Promise<SubgraphAnswer>;
  readonly seats: Seats;
  readonly allGone: AbortController;
}

export const deduplication = ({ onShared }: { readonly onShared: () => void }): Deduplication => {
  const flights = new Map<string, Flight>();

  const takeOff = (key: string, ask: Ask): Flight => {
    const allGone = new AbortController();
    const seats: Seats = { waiting: 0, askers: 0 };
    const flight: Flight = { answer: ask(allGone.signal, () => seats.askers), seats, allGone };
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.answer.then(land, land);
    flights.set(key, flight);
    return flight;
  };

  return {
    share: async (key, gone, ask) => {
      const underWay = flights.get(key);
      const flight = underWay ?? takeOff(key, ask);
      if (underWay) onShared();
      const { seats } = flight;
      seats.waiting += 1;
      seats.askers += 1;
      const answer = await unlessGone(flight.answer, gone, () => {
        seats.waiting -= 1;
        if (seats.waiting > 0) return;
        // Whoever asks now must not join a flight that is being called off.
        if (flights.get(key) === flight) flights.delete(key);
        flight.allGone.abort(clientGone());
      });
      // The executor writes into the answers it gets: a shared one must be everyone's own.
      return seats.askers > 1 ? structuredClone(answer) : answer;
    },
    forget: () => flights.clear(),
  };
};

/** They name the client's request and cannot change the answer. With them in the key no two requests would ever share. */
const correlation = new Set([requestIdHeader, 'traceparent', 'tracestate']);

/** The whole request and every header that it is sent with. */
export const keyOf = (body: string, headers: Readonly<Record<string, string>>, generations = ''): string =>
  JSON.stringify([
    generations,
    body,
    ...Object.entries(headers)
      .filter(([name]) => !correlation.has(name))
      .toSorted(),
  ]);

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
