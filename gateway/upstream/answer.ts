/** Tells an answer of GraphQL from everything else that a server may say. */
import type { ReturnedHeaders, SubgraphAnswer } from './subgraph-call.ts';
import { type SubgraphError, SubgraphFailure } from './subgraph-faults.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

// Said by a proxy in front of it, or by a server that is closing.
const awayStatuses = new Set([502, 503, 504]);

// A subgraph that cannot read what the gateway planned, or does not believe its signature: supergraph or keys are out
// of step. The client did nothing wrong and must not be told that it did. The subgraph is well, all the same.
const outOfStep = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'UNSIGNED_REQUEST']);

/** The answer, with the headers that may go on; throws a `SubgraphFailure` for what is none. */
export const answerOf = ({ status, headers, text }: HttpAnswer, returnHeaders: readonly string[]): SubgraphAnswer => {
  const parsed = parsedAnswer(text);
  const ours = parsed?.errors?.find(({ extensions }) => outOfStep.has(String(extensions?.code)));
  if (ours) throw new SubgraphFailure('SUBGRAPH_BAD_RESPONSE', { why: { status, answered: ours } });
  const returned = returnedHeaders(headers, returnHeaders);
  const answer = parsed && {
    ...parsed,
    cacheControl: headers['cache-control']?.toString(),
    ...(returned && { headers: returned }),
  };
  // A 4xx is the request's fault, whoever made it so: no sign that the subgraph is unwell.
  if (answer && status < 500) return answer;
  const isAway = awayStatuses.has(status);
  throw new SubgraphFailure(isAway ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_BAD_RESPONSE', {
    isUnhealthy: status < 400 || status >= 500,
    retry: isAway ? 'queries' : 'nothing',
    ...(answer && { answer }),
    why: { status, length: text.length },
  });
};

const returnedHeaders = (headers: HttpAnswer['headers'], names: readonly string[]): ReturnedHeaders | undefined => {
  const present = names.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return present.length > 0 ? Object.fromEntries(present) : undefined;
};

type Parsed = { data?: Record<string, unknown> | null; errors?: SubgraphError[] };

const parsedAnswer = (text: string): Parsed | undefined => {
  try {
    const json: unknown = JSON.parse(text);
    return isAnswer(json) ? json : undefined;
  } catch {
    return undefined;
  }
};

const isAnswer = (json: unknown): json is Parsed => {
  if (typeof json !== 'object' || json === null) return false;
  const { data, errors } = json as { data?: unknown; errors?: unknown };
  if (errors !== undefined) return Array.isArray(errors) && errors.every(isError) && typeof (data ?? {}) === 'object';
  return typeof data === 'object' && data !== null;
};

const isError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && typeof (error as { message?: unknown }).message === 'string';
