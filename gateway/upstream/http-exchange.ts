/** One HTTP exchange with one endpoint of a subgraph, over a kept-alive connection. Nothing is tried twice here. */
import { isIPv6, type LookupFunction } from 'node:net';
import { Pool } from 'undici';
import { currentTrace } from '#platform/observability/context.ts';
import { inSpan, SpanKind } from '#platform/observability/tracing.ts';
import { answerOf } from './answer.ts';
import type { Send } from './subgraph-call.ts';
import { failureOf } from './subgraph-faults.ts';

export interface HttpExchangeOptions {
  readonly url: string;
  /** The one of its host's addresses to connect to; whichever it has then, when absent. The name stays for TLS and `Host`. */
  readonly address?: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** Names of the answer's headers that may reach the client. */
  readonly returnHeaders: readonly string[];
}

export interface HttpExchange {
  /** Where that is, for the log. */
  readonly place: string;
  readonly send: Send;
  /** Waits for the exchanges under way. */
  close(): Promise<void>;
}

export const httpExchange = (options: HttpExchangeOptions): HttpExchange => {
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: options.connections,
    connect: { timeout: options.connectTimeoutMs, ...(options.address && { lookup: alwaysTo(options.address) }) },
    maxResponseSize: options.maxResponseBytes,
    // The call's signal is the one deadline; undici's own timers would be a second.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const path = pathname + search;

  const exchange = async ({ headers, body, signal }: Parameters<Send>[0]) => {
    try {
      const {
        statusCode,
        headers: received,
        body: text,
      } = await pool.request({
        method: 'POST',
        path,
        // The subgraph's spans hang below this very try.
        headers: { ...headers, ...currentTrace() },
        body,
        signal,
      });
      return { status: statusCode, headers: received, text: await text.text() };
    } catch (error) {
      throw failureOf(error);
    }
  };
  const peer = options.address && { 'network.peer.address': options.address };
  const attributes = { 'http.request.method': 'POST', 'url.full': origin + path, ...peer };
  const span = { kind: SpanKind.CLIENT, attributes };

  return {
    place: options.address ? `${options.url} (${options.address})` : options.url,
    send: (call) =>
      inSpan(`POST ${pathname}`, span, async (active) => {
        const received = await exchange(call);
        active.setAttribute('http.response.status_code', received.status);
        const bytes = Number(received.headers['content-length'] ?? received.text.length);
        return { ...answerOf(received, options.returnHeaders), bytes };
      }),
    close: () => pool.close(),
  };
};

/** Node asks for all addresses, or for one, as it needs them. */
const alwaysTo =
  (address: string): LookupFunction =>
  (_host, { all }, done) => {
    const family = isIPv6(address) ? 6 : 4;
    if (all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
