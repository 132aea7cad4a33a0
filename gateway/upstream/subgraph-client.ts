/** One subgraph as the gateway sees it: a GraphQL request goes out over a kept-alive connection, an answer comes back. */
import { Pool } from 'undici';
import type { Logger } from '../../platform/log.ts';
import { faultOf, type SubgraphError, type SubgraphFault, subgraphError } from './subgraph-faults.ts';

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown> | undefined;
  readonly operationName?: string | undefined;
}

/** What a failed call gives too: then there is no data, and one coded error. */
export interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly SubgraphError[];
  /** The `cache-control` header, for the policy of the whole response. */
  readonly cacheControl?: string | undefined;
}

export interface SubgraphClient {
  /** Never throws for what a subgraph or the network does, and never tries twice: it may carry a mutation. */
  call(request: SubgraphRequest, headers: Readonly<Record<string, string>>): Promise<SubgraphAnswer>;
  close(): Promise<void>;
}

export interface SubgraphClientOptions {
  readonly name: string;
  readonly url: string;
  /** For the whole call: waiting for a connection, sending, and the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly log: Logger;
}

export const subgraphClient = (options: SubgraphClientOptions): SubgraphClient => {
  const { name, timeoutMs, log } = options;
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: options.connections,
    connectTimeout: options.connectTimeoutMs,
    maxResponseSize: options.maxResponseBytes,
    // The signal below is the one deadline; undici's own timers would be a second.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  const failed = (fault: SubgraphFault, why: Record<string, unknown>): SubgraphAnswer => {
    log.warn({ subgraph: name, code: fault, ...why }, 'subgraph did not answer as it should');
    return { errors: [subgraphError(name, fault)] };
  };

  const call: SubgraphClient['call'] = async (request, headers) => {
    const body = JSON.stringify(request);
    let answer: { status: number; cacheControl: string | undefined; text: string };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = await pool.request({ method: 'POST', path: pathname + search, headers, body, signal });
      const cacheControl = sent.headers['cache-control'];
      answer = { status: sent.statusCode, cacheControl: cacheControl?.toString(), text: await sent.body.text() };
    } catch (error) {
      return failed(faultOf(error), { reason: (error as { code?: string }).code ?? String(error) });
    }
    const parsed = parsedAnswer(answer.text);
    if (!parsed) {
      const { status, text } = answer;
      return failed(awayStatuses.has(status) ? 'SUBGRAPH_UNAVAILABLE' : 'SUBGRAPH_BAD_RESPONSE', {
        status,
        length: text.length,
      });
    }
    const ours = parsed.errors?.find(({ extensions }) => ourFaults.has(String(extensions?.code)));
    if (ours) return failed('SUBGRAPH_BAD_RESPONSE', { answered: ours });
    return { ...parsed, cacheControl: answer.cacheControl };
  };

  return { call, close: () => pool.close() };
};

// Said by a proxy in front of it, or by a server that is closing.
const awayStatuses = new Set([502, 503, 504]);

// A subgraph that cannot read what the gateway planned, or does not believe its signature: supergraph or keys are out
// of step. The client did nothing wrong and must not be told that it did.
const ourFaults = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'UNSIGNED_REQUEST']);

const parsedAnswer = (
  text: string,
): { data?: Record<string, unknown> | null; errors?: SubgraphError[] } | undefined => {
  try {
    const json: unknown = JSON.parse(text);
    return isAnswer(json) ? json : undefined;
  } catch {
    return undefined;
  }
};

const isAnswer = (json: unknown): json is { data?: Record<string, unknown> | null; errors?: SubgraphError[] } => {
  if (typeof json !== 'object' || json === null) return false;
  const { data, errors } = json as { data?: unknown; errors?: unknown };
  if (errors !== undefined) return Array.isArray(errors) && errors.every(isError) && typeof (data ?? {}) === 'object';
  return typeof data === 'object' && data !== null;
};

const isError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && typeof (error as { message?: unknown }).message === 'string';
