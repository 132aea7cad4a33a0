/** A subgraph call as all its layers see it: its types, its deadline, and how it fails. */
import type { GraphQLFormattedError } from 'graphql';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown> | undefined;
  readonly operationName?: string | undefined;
  /** `variables.representations` as JSON texts, from an executor that has them. */
  readonly representations?: readonly string[] | undefined;
  /** The request as it is sent, from an executor that has it ready. */
  readonly body?: string;
}

/** Variables are read only where there is no body: an executor that has one would have to parse them. */
export const bodyOf = (request: SubgraphRequest): string => {
  if (request.body !== undefined) return request.body;
  const { query, variables, operationName } = request;
  return JSON.stringify({ query, variables, operationName });
};

/** How many entities a request asks for; `undefined` when it is no entity fetch. */
export const entityCount = (request: SubgraphRequest): number | undefined => {
  if (request.representations || 'body' in request) return request.representations?.length;
  const { representations } = request.variables ?? {};
  // A client may have a variable of that name, but only the planner selects this field.
  return Array.isArray(representations) && request.query.includes('_entities(') ? representations.length : undefined;
};

/** A failed call has one coded error and no data. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  /** Response size; absent when none came. */
  readonly bytes?: number;
  readonly cacheControl?: string | undefined;
  /** Headers for the client, by `FORWARD_RESPONSE_HEADERS`. */
  readonly headers?: ReturnedHeaders;
}

export type ReturnedHeaders = Readonly<Record<string, string | readonly string[]>>;

/** One call in flight. Layers may narrow it (another signal) and pass it on. */
export interface SubgraphCall extends Signals {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isMutation: boolean;
  /** How many client requests it serves so far. */
  readonly waiters: () => number;
}

/** One layer: answers, or throws a `SubgraphFailure`. */
export type Send = (call: SubgraphCall) => Promise<SubgraphAnswer>;

/**
 * Whatever is not plainly a query counts as a mutation, and is sent once. The planner prints the operation before its
 * fragments.
 */
export const isMutation = ({ query }: SubgraphRequest): boolean => !/^\s*(query\b|\{)/.test(query);

/** What can go wrong with a call, as clients see it. The messages never contain a host, a stack or a query. */
export type SubgraphFault =
  | 'SUBGRAPH_UNAVAILABLE'
  | 'GATEWAY_TIMEOUT'
  | 'SUBGRAPH_BAD_RESPONSE'
  | 'SUBGRAPH_CIRCUIT_OPEN'
  | 'SUBGRAPH_OVERLOADED'
  /** This viewer has too many concurrent calls; others are served. */
  | 'TOO_MANY_REQUESTS'
  /** Not logged: nobody reads the answer. */
  | 'CLIENT_GONE';

export type SubgraphError = GraphQLFormattedError;

const messages: Record<SubgraphFault, (service: string) => string> = {
  SUBGRAPH_UNAVAILABLE: (service) => `The ${service} service is unavailable.`,
  // A mutation that timed out may have been executed. The key makes repeating it safe.
  GATEWAY_TIMEOUT: (service) =>
    `The ${service} service did not answer in time. A mutation may still be executed: repeat it with the same idempotency key.`,
  SUBGRAPH_BAD_RESPONSE: (service) => `The ${service} service returned an invalid response.`,
  SUBGRAPH_CIRCUIT_OPEN: (service) =>
    `The ${service} service keeps failing and is given time to recover. Nothing was sent to it: try again shortly.`,
  SUBGRAPH_OVERLOADED: (service) => `The ${service} service is overloaded. Nothing was sent to it: try again shortly.`,
  TOO_MANY_REQUESTS: (service) =>
    `You have too many concurrent requests to the ${service} service. Nothing was sent to it: try again when they are answered.`,
  CLIENT_GONE: (service) => `The ${service} service was not waited for: the client has disconnected.`,
};

export const subgraphError = (service: string, fault: SubgraphFault): SubgraphError => ({
  message: messages[fault](service),
  extensions: { code: fault, service },
});

interface FailureFacts {
  /** Evidence that the subgraph (or this endpoint) is unhealthy: input of breaker and ejection. */
  readonly isUnhealthy?: boolean;
  /** What may be retried: queries, or even mutations because nothing was sent. */
  readonly retry?: 'nothing' | 'queries' | 'everything';
  /** A GraphQL response with an error status, passed to the client as it is. */
  readonly answer?: SubgraphAnswer;
  readonly why?: Readonly<Record<string, unknown>>;
}

/** A failed call, thrown through the layers; it ends as a coded error in the answer. */
export class SubgraphFailure extends Error {
  readonly fault: SubgraphFault;
  readonly isUnhealthy: boolean;
  readonly retry: 'nothing' | 'queries' | 'everything';
  readonly answer: SubgraphAnswer | undefined;
  readonly why: Readonly<Record<string, unknown>>;

  constructor(fault: SubgraphFault, { isUnhealthy = false, retry = 'nothing', answer, why = {} }: FailureFacts = {}) {
    super(fault);
    this.name = 'SubgraphFailure';
    this.fault = fault;
    this.isUnhealthy = isUnhealthy;
    this.retry = retry;
    this.answer = answer;
    this.why = why;
  }
}

/** Broken responses: too long, truncated, not HTTP. */
const badAnswers = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
]);

/** Errors of the connection attempt, before anything could be sent. */
const neverConnected = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Classifies the error of an HTTP exchange; unknown ones count as a broken connection. */
export const failureOf = (error: unknown): SubgraphFailure => {
  if (error instanceof SubgraphFailure) return error;
  const code = String((error as { code?: unknown }).code);
  const why = { reason: code === 'undefined' ? String(error) : code };
  if (badAnswers.has(code) || code.startsWith('HPE_'))
    return new SubgraphFailure('SUBGRAPH_BAD_RESPONSE', { isUnhealthy: true, why });
  const retry = neverConnected.has(code) ? 'everything' : 'queries';
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', { isUnhealthy: true, retry, why });
};

/** One deadline for a whole call, across all layers and attempts. */
export interface Signals {
  /** The deadline or the client's disconnect, whichever comes first; the reason is a `SubgraphFailure`. */
  readonly signal: AbortSignal;
  /** For what goes on although the client has left. */
  readonly deadline: () => AbortSignal;
}

interface DeadlineOptions {
  /** The failure at the deadline; undefined to let the work go on. */
  readonly late: () => SubgraphFailure | undefined;
  /** Aborted when the caller gives up … */
  readonly outer?: AbortSignal | undefined;
  /** … with this failure after so long, instead of `outer`'s own reason. */
  readonly left?: (afterMs: number) => SubgraphFailure;
}

/**
 * Runs `work` under a deadline. Timer and listener end with the work, unlike `AbortSignal.timeout` and
 * `AbortSignal.any`, which live for the whole time-out, thousands of them under load.
 */
export const withCallDeadline = async <T>(
  ms: number,
  { late, outer, left }: DeadlineOptions,
  work: (signals: Signals) => Promise<T>,
): Promise<T> => {
  // Few calls need a signal of their own for the deadline, and it costs as much as the timer.
  let alone: AbortController | undefined;
  const deadline = (): AbortSignal => {
    alone ??= new AbortController();
    return alone.signal;
  };
  const either = new AbortController();
  const timer = setTimeout(() => {
    const why = late();
    if (!why) return;
    alone?.abort(why);
    either.abort(why);
  }, ms);
  const begun = performance.now();
  const leave = () => either.abort(left?.(performance.now() - begun) ?? outer?.reason);
  outer?.addEventListener('abort', leave);
  if (outer?.aborted) leave();
  try {
    return await work({ signal: either.signal, deadline });
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', leave);
  }
};

export const clientGone = (): SubgraphFailure => new SubgraphFailure('CLIENT_GONE');

/**
 * The client left before the deadline. After a long wait that is evidence against the subgraph: otherwise clients that
 * always leave early would keep its breaker closed for ever.
 */
export const clientGoneAfter =
  (slowMs: number) =>
  (waitedMs: number): SubgraphFailure =>
    new SubgraphFailure('CLIENT_GONE', { isUnhealthy: waitedMs >= slowMs });

/** For the whole call. */
export const timedOut = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', { isUnhealthy: true, why: { reason: 'no answer within the time-out' } });

/** For one attempt; there is time left for another. */
export const attemptTimedOut = (): SubgraphFailure =>
  new SubgraphFailure('GATEWAY_TIMEOUT', {
    isUnhealthy: true,
    retry: 'queries',
    why: { reason: 'no answer from this endpoint in its share of the time-out' },
  });
