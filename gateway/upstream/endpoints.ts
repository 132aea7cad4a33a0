/** Load balancing over the endpoints of one subgraph: least busy first, failing ones are ejected for a while. */
import type { HttpExchange } from './http-exchange.ts';
import { type SubgraphAnswer, type SubgraphCall, SubgraphFailure } from './subgraph-call.ts';

export interface EjectionBounds {
  /** Consecutive failures until ejection. */
  readonly afterFailures: number;
  /** Doubles with each further ejection, until it has answered. */
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface EndpointsOptions {
  readonly exchanges: readonly HttpExchange[];
  readonly ejection: EjectionBounds;
  readonly onSent: () => void;
  readonly onEjected: (exchange: HttpExchange, forMs: number) => void;
}

export interface Endpoints {
  /** Calls an endpoint that is not in `tried`, if there is one, and adds it there. */
  send(call: SubgraphCall, tried: Set<number>): Promise<SubgraphAnswer>;
  /** Replaces the endpoints. Those that stay keep their health; the others finish their calls and close. */
  replace(exchanges: readonly HttpExchange[]): void;
  state(now?: number): { readonly endpoints: number; readonly ejected: number };
  close(): Promise<void>;
}

export interface Health {
  readonly pending: number;
  readonly failuresInARow: number;
  readonly ejectionsInARow: number;
  readonly ejectedUntilMs: number;
}

interface Endpoint {
  readonly exchange: HttpExchange;
  /** Never reused: calls in flight remember where they have been. */
  readonly id: number;
  health: Health;
}

export const endpoints = ({ exchanges, ejection, onSent, onEjected }: EndpointsOptions): Endpoints => {
  let nextId = 0;
  const endpoint = (exchange: HttpExchange): Endpoint => ({ exchange, id: nextId++, health: unknownHealth });
  let all = exchanges.map(endpoint);
  const closing = new Set<Promise<void>>();
  let turn = 0;

  const failed = (endpoint: Endpoint): void => {
    const others = all.filter((other) => other !== endpoint).map(({ health }) => health);
    const before = endpoint.health;
    endpoint.health = afterFailure(before, others, ejection, Date.now());
    const { ejectedUntilMs } = endpoint.health;
    if (ejectedUntilMs > before.ejectedUntilMs) onEjected(endpoint.exchange, ejectedUntilMs - Date.now());
  };
  const close = (exchange: HttpExchange): void => {
    const closed = exchange.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };

  const next = (tried: ReadonlySet<number>): Endpoint | undefined => {
    turn = (turn + 1) % all.length;
    const health = all.map((one) => one.health);
    const places = new Set(all.flatMap(({ id }, i) => (tried.has(id) ? [i] : [])));
    return all[choose(health, { tried: places, turn, now: Date.now() })];
  };

  return {
    send: async (call, tried) => {
      const endpoint = all.length === 1 ? all[0] : next(tried);
      if (!endpoint) throw new Error('there is no endpoint');
      tried.add(endpoint.id);
      endpoint.health = { ...endpoint.health, pending: endpoint.health.pending + 1 };
      onSent();
      try {
        const answer = await endpoint.exchange.send(call);
        endpoint.health = { ...unknownHealth, pending: endpoint.health.pending };
        return answer;
      } catch (failure) {
        if (failure instanceof SubgraphFailure && failure.isUnhealthy && all.includes(endpoint)) failed(endpoint);
        throw failure;
      } finally {
        endpoint.health = { ...endpoint.health, pending: endpoint.health.pending - 1 };
      }
    },
    replace: (next) => {
      const before = all;
      all = next.map((exchange) => before.find((known) => known.exchange === exchange) ?? endpoint(exchange));
      for (const { exchange } of before) if (!next.includes(exchange)) close(exchange);
    },
    state: (now = Date.now()) => ({
      endpoints: all.length,
      ejected: all.filter(({ health }) => isEjected(health, now)).length,
    }),
    close: async () => {
      for (const { exchange } of all) close(exchange);
      await Promise.all(closing);
    },
  };
};

export const unknownHealth: Health = { pending: 0, failuresInARow: 0, ejectionsInARow: 0, ejectedUntilMs: 0 };

export const isEjected = ({ ejectedUntilMs }: Health, now: number): boolean => now < ejectedUntilMs;

/** After an ejection it gets one request at a time until it has answered: it may still be frozen. */
const isUsable = (health: Health, now: number): boolean =>
  !isEjected(health, now) && !(health.ejectionsInARow > 0 && health.pending > 0);

/** The least busy usable endpoint that is untried; ties go round-robin by `turn`. */
export const choose = (
  all: readonly Health[],
  { tried, turn, now }: { readonly tried: ReadonlySet<number>; readonly turn: number; readonly now: number },
): number => {
  const inTurn = all.map((_, i) => (i + turn) % all.length);
  const usable = inTurn.filter((i) => isUsable(all[i] ?? unknownHealth, now));
  const untried = usable.filter((i) => !tried.has(i));
  const inService = inTurn.filter((i) => !isEjected(all[i] ?? unknownHealth, now));
  const candidates = [untried, usable, inService].find(({ length }) => length > 0) ?? inTurn;
  const pending = (i: number) => all[i]?.pending ?? 0;
  return candidates.reduce((best, i) => (pending(i) < pending(best) ? i : best), candidates[0] ?? 0);
};

/** Ejects after enough consecutive failures, for longer each time; never the last endpoint. */
export const afterFailure = (
  health: Health,
  others: readonly Health[],
  { afterFailures, firstMs, longestMs }: EjectionBounds,
  now: number,
): Health => {
  // Failures of requests sent before the ejection are no news.
  if (isEjected(health, now)) return health;
  const failuresInARow = health.failuresInARow + 1;
  if (failuresInARow < afterFailures || others.every((other) => isEjected(other, now)))
    return { ...health, failuresInARow };
  const forMs = Math.min(longestMs, firstMs * 2 ** health.ejectionsInARow);
  return { ...health, failuresInARow, ejectionsInARow: health.ejectionsInARow + 1, ejectedUntilMs: now + forMs };
};
