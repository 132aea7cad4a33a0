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
  readonly askers: () => number;
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
