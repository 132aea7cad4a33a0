/** The words of a subgraph call, which every layer on the way out shares. */
import type { GraphQLFormattedError } from 'graphql';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown> | undefined;
  readonly operationName?: string | undefined;
}

/** What a failed call gives too: then there is no data, and one coded error. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  /** How long it was; absent when none came. */
  readonly bytes?: number;
  /** The `cache-control` header, for the policy of the whole response. */
  readonly cacheControl?: string | undefined;
  /** The headers that the client is to see, by `FORWARD_RESPONSE_HEADERS`. */
  readonly headers?: ReturnedHeaders;
}

export type ReturnedHeaders = Readonly<Record<string, string | readonly string[]>>;

/** One request under way. Each layer may narrow it (another signal) and passes it on. */
export interface SubgraphCall {
  /** The request as JSON: made once, sent as often as need be. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isMutation: boolean;
  /** How many requests of clients it is made for, so far. */
  readonly waiters: () => number;
  /** The call's deadline, or the client has gone away, whichever comes first; the reason is a `SubgraphFailure`. */
  readonly signal: AbortSignal;
  /** The deadline alone. */
  readonly deadline: AbortSignal;
}

/** One layer of the way: answers, or throws a `SubgraphFailure`. */
export type Send = (call: SubgraphCall) => Promise<SubgraphAnswer>;

/**
 * A mutation is whatever is not plainly a query: taking one for the other must err towards sending once. The text comes
 * from the query planner, which prints the operation before its fragments.
 */
export const isMutation = ({ query }: SubgraphRequest): boolean => !/^\s*(query\b|\{)/.test(query);

/** What can go wrong with a call, as clients see it. The messages never contain a host, a stack or a query. */
export type SubgraphFault =
  | 'SUBGRAPH_UNAVAILABLE'
  | 'GATEWAY_TIMEOUT'
  | 'SUBGRAPH_BAD_RESPONSE'
  | 'SUBGRAPH_CIRCUIT_OPEN'
  | 'SUBGRAPH_OVERLOADED'
  /** This viewer has more calls under way than one may have; others are served. */
  | 'TOO_MANY_REQUESTS'
  /** Nobody is there to read it any more; it is not logged. */
  | 'CLIENT_GONE';

export type SubgraphError = GraphQLFormattedError;

const messages: Record<SubgraphFault, (service: string) => string> = {
  SUBGRAPH_UNAVAILABLE: (service) => `The ${service} service is not available.`,
  // Time-out of a mutation: nobody knows whether it was done. The key makes asking again safe.
  GATEWAY_TIMEOUT: (service) =>
    `The ${service} service did not answer in time. What was asked of it may still be done: repeat a mutation with the same idempotency key.`,
  SUBGRAPH_BAD_RESPONSE: (service) => `The ${service} service gave an answer that cannot be used.`,
  SUBGRAPH_CIRCUIT_OPEN: (service) =>
    `The ${service} service has failed repeatedly and is given a moment to recover. Nothing was sent to it: ask again shortly.`,
  SUBGRAPH_OVERLOADED: (service) =>
    `The ${service} service has more requests than it can take. Nothing was sent to it: ask again shortly.`,
  TOO_MANY_REQUESTS: (service) =>
    `Too many of your requests are with the ${service} service already. Nothing was sent to it: ask again when they are answered.`,
  CLIENT_GONE: (service) => `The ${service} service was not waited for, because the client has gone away.`,
};

export const subgraphError = (service: string, fault: SubgraphFault): SubgraphError => ({
  message: messages[fault](service),
  extensions: { code: fault, service },
});

interface FailureFacts {
  /** Evidence that the subgraph (or this endpoint of it) is not well: breaker and ejection go by these alone. */
  readonly isUnhealthy?: boolean;
  /** What may be tried once more: queries, or even a mutation, since not a byte of it was sent. */
  readonly retry?: 'nothing' | 'queries' | 'everything';
  /** A GraphQL answer that came with the status of a failure: the client gets it as it is. */
  readonly answer?: SubgraphAnswer;
  /** For the log. */
  readonly why?: Readonly<Record<string, unknown>>;
}

/** A call that failed. Thrown through the layers of the way; it ends as a coded error in the answer. */
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

/** Answers that came, but broken: too long, cut short, not HTTP. */
const badAnswers = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
]);

/** Said by the connection attempt, before there was a connection to send anything on. */
const neverConnected = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Tells why an HTTP exchange failed; whatever it does not know counts as a connection that broke. */
export const failureOf = (error: unknown): SubgraphFailure => {
  if (error instanceof SubgraphFailure) return error;
  const code = String((error as { code?: unknown }).code);
  const why = { reason: code === 'undefined' ? String(error) : code };
  if (badAnswers.has(code) || code.startsWith('HPE_'))
    return new SubgraphFailure('SUBGRAPH_BAD_RESPONSE', { isUnhealthy: true, why });
  const retry = neverConnected.has(code) ? 'everything' : 'queries';
  return new SubgraphFailure('SUBGRAPH_UNAVAILABLE', { isUnhealthy: true, retry, why });
};
