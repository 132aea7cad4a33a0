/** One HTTP exchange with one endpoint of a subgraph over a keep-alive connection, without retries. */
import { isIPv6, type LookupFunction } from 'node:net';
import { Pool } from 'undici';
import { currentTrace } from '#platform/observability/context.ts';
import { inChildSpan, SpanKind } from '#platform/observability/tracing.ts';
import { type HttpAnswer, post } from './http-post.ts';
import {
  failureOf,
  type ReturnedHeaders,
  type Send,
  type SubgraphAnswer,
  type SubgraphError,
  SubgraphFailure,
} from './subgraph-call.ts';

export interface HttpExchangeOptions {
  readonly url: string;
  /** The address of the host to connect to, if fixed. The name is still used for TLS and `Host`. */
  readonly address?: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** Response headers that may reach the client. */
  readonly returnHeaders: readonly string[];
}

export interface HttpExchange {
  readonly place: string;
  readonly send: Send;
  close(): Promise<void>;
}

export const httpExchange = (options: HttpExchangeOptions): HttpExchange => {
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: options.connections,
    connect: { timeout: options.connectTimeoutMs, ...(options.address && { lookup: alwaysTo(options.address) }) },
    maxResponseSize: options.maxResponseBytes,
    // The call's signal is the one deadline.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const path = pathname + search;

  const exchange = async ({ headers, body, signal }: Parameters<Send>[0]) => {
    try {
      // The subgraph's spans become children of this attempt.
      return await post(pool, { path, headers: { ...headers, ...currentTrace() }, body, signal });
    } catch (error) {
      throw failureOf(error);
    }
  };
  const peer = options.address && { 'network.peer.address': options.address };
  const attributes = { 'http.request.method': 'POST', 'url.full': origin + path, ...peer };
  const describe = () => [`POST ${pathname}`, { kind: SpanKind.CLIENT, attributes }] as const;

  return {
    place: options.address ? `${options.url} (${options.address})` : options.url,
    send: (call) =>
      inChildSpan(describe, async (active) => {
        const received = await exchange(call);
        active?.setAttribute('http.response.status_code', received.status);
        return { ...parseResponse(received, options.returnHeaders), bytes: received.bytes };
      }),
    close: () => pool.close(),
  };
};

/** Node asks for one address or all of them. */
const alwaysTo =
  (address: string): LookupFunction =>
  (_host, { all }, done) => {
    const family = isIPv6(address) ? 6 : 4;
    if (all) done(null, [{ address, family }]);
    else done(null, address, family);
  };

// Sent by a proxy in front, or by a closing server.
const awayStatuses = new Set([502, 503, 504]);

// A subgraph that cannot parse the planned query or rejects the signature: supergraph or keys are out of step. That is
// not the client's fault, and must not look like it. The subgraph itself is healthy.
const gatewayFaults = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'UNSIGNED_REQUEST']);

/** Parses a GraphQL response; throws a `SubgraphFailure` for anything else. */
const parseResponse = ({ status, headers, text }: HttpAnswer, returnHeaders: readonly string[]): SubgraphAnswer => {
  const parsed = answerIn(text);
  const ours = parsed?.errors?.find(({ extensions }) => gatewayFaults.has(String(extensions?.code)));
  if (ours) throw new SubgraphFailure('SUBGRAPH_BAD_RESPONSE', { why: { status, answered: ours } });
  const returned = returnedHeaders(headers, returnHeaders);
  const answer = parsed && {
    ...parsed,
    cacheControl: headers['cache-control']?.toString(),
    ...(returned && { headers: returned }),
  };
  // A 4xx is the request's fault and no evidence against the subgraph.
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

/** A subgraph's answer; undefined when the text is none. Parts of its errors that are not as specified are left out. */
export const answerIn = (text: string): Parsed | undefined => {
  try {
    const json: unknown = JSON.parse(text);
    if (!isAnswer(json)) return undefined;
    return json.errors ? { ...json, errors: json.errors.map(asSpecified) } : json;
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

const asSpecified = ({ path, extensions, ...error }: SubgraphError): SubgraphError => ({
  ...error,
  ...(isPath(path) && { path }),
  ...(typeof extensions === 'object' &&
    extensions !== null &&
    !Array.isArray(extensions) && { extensions: withoutHead(extensions) }),
});

/** `http` says what becomes of our response's status and headers, which is not for a subgraph to decide. */
const withoutHead = ({ http: _, ...extensions }: Record<string, unknown>): Record<string, unknown> => extensions;

const isPath = (path: unknown): boolean =>
  Array.isArray(path) && path.every((step) => typeof step === 'string' || (Number.isSafeInteger(step) && step >= 0));

const isError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && typeof (error as { message?: unknown }).message === 'string';
