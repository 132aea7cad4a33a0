/** The HTTP server of every process: request ids, `/health/live`, `/health/ready`, `/metrics`, bounds, an orderly end. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { requestIdHeader } from '#contracts/viewer.ts';
import { correlationIdFrom, runInContext, traceparentFrom } from '../observability/context.ts';
import type { Logger } from '../observability/log.ts';
import { describeMetrics, type Registry } from '../observability/metrics.ts';
import { inRequestSpan } from '../observability/tracing-http.ts';
import { acceptJsonBodies } from './body.ts';
import { drainOnClose } from './drain.ts';
import { answerClientError } from './faults.ts';
import { forwardedFor } from './forwarded-for.ts';
import { measureRequests } from './metrics.ts';

// 1 MiB: the largest cart with every variable spelt out is under 100 KiB.
const defaultBodyLimitBytes = 1_048_576;

// 10 s for the headers and 30 s for all of a request: the slowest telephone needs a few seconds for 1 MiB, and whoever
// sends a byte now and then holds a connection no longer than that. Node looks every 5 s.
const arrivalBounds = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

// Each open connection costs about 20 KiB; beyond this number, new ones are closed at once instead of all being slow.
const maxConnections = 10_000;

export interface HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Names of what is not ready, empty when all is. Must be quick: it is asked every few seconds. */
  readonly notReady: () => Promise<readonly string[]>;
  /** What `/health/ready` tells beside, which does not decide. */
  readonly detail?: () => Readonly<Record<string, unknown>>;
  /** Proxies (addresses, ranges) whose `x-forwarded-*` headers are believed; nobody's by default. */
  readonly trustedProxies?: readonly string[];
  /** A longer body is refused with 413. */
  readonly bodyLimitBytes?: number;
  /** One with more values is, too, before it is parsed. */
  readonly bodyLimitValues?: number;
  /** For how long a connection may be idle; 72 s, as Fastify has it. */
  readonly keepAliveMs?: number;
  /** For how long requests are still taken after the end has begun and readiness says so. */
  readonly drainNoticeMs?: number;
  /** Told of each WebSocket that is asked for. Without it, and for other upgrades, the request is answered as any other. */
  readonly onWebSocket?: (request: IncomingMessage, socket: Duplex) => void;
}

/** Answers 404 and body faults as JSON `{ error: { code, message } }`; nothing of a bug reaches the client. */
export const createHttpServer = (options: HttpServerOptions): FastifyInstance => {
  const { log, metrics, notReady, detail, trustedProxies = [], drainNoticeMs = 0, onWebSocket } = options;
  const http = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes ?? defaultBodyLimitBytes,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    requestTimeout: arrivalBounds.requestTimeout,
    ...(options.keepAliveMs !== undefined && { keepAliveTimeout: options.keepAliveMs }),
    http: { ...arrivalBounds, ...(onWebSocket && { shouldUpgradeCallback: isForWebSocket }) },
    clientErrorHandler: answerClientError,
    // Before any route or hook: the router could not read the address. Fastify would echo it.
    frameworkErrors: (_, __, reply: FastifyReply) => reply.status(400).send({ error: unreadableTarget }),
    // A request on a connection that was open when the end began is answered as any other.
    return503OnClosing: false,
    // It counts the end as one, too, which lasts as long as the longest request: the deadline of that is platform/shutdown's.
    pluginTimeout: 0,
  });
  http.server.maxConnections = maxConnections;
  if (onWebSocket) http.server.on('upgrade', onWebSocket);
  drainOnClose(http, drainNoticeMs);
  measureRequests(http, metrics);

  // Before anybody asks for `request.ip`, which takes an entry's text for an address whatever it is.
  if (trustedProxies.length > 0)
    http.addHook('onRequest', (request, _, done) => {
      const header = request.headers['x-forwarded-for'];
      if (header !== undefined) request.raw.headers['x-forwarded-for'] = forwardedFor(String(header));
      done();
    });
  http.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationIdFrom(request.headers[requestIdHeader]);
    const traceparent = traceparentFrom(request.headers.traceparent);
    reply.header(requestIdHeader, correlationId);
    runInContext(traceparent ? { correlationId, traceparent } : { correlationId }, () =>
      inRequestSpan(request, reply, done),
    );
  });

  http.addHook('onRequest', checkTarget);
  acceptJsonBodies(http, options.bodyLimitValues);

  http.setNotFoundHandler((_, reply) =>
    reply.status(404).send({ error: { code: 'NOT_FOUND', message: 'There is nothing here.' } }),
  );
  http.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, 'request failed');
    const shown = status < 500 ? { code: error.code ?? 'BAD_REQUEST', message: error.message } : masked;
    return reply.status(status).send({ error: shown });
  });

  http.get('/health/live', async () => ({ status: 'ok' }));
  http.get('/health/ready', async (_, reply) => {
    const waitingFor = await notReady();
    return reply.status(waitingFor.length === 0 ? 200 : 503).send({
      status: waitingFor.length === 0 ? 'ok' : 'not ready',
      waitingFor,
      ...detail?.(),
    });
  });
  http.get('/metrics', async (request, reply) =>
    request.headers.accept === 'application/json'
      ? describeMetrics(metrics)
      : reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  return http;
};

const isForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/**
 * A request target has no fragment (RFC 9112, 3.2): who reads one all the same, and who drops it, see two requests. And
 * what is in it is UTF-8, percent-encoded: whoever decodes anything else puts U+FFFD where it is not.
 */
const checkTarget = async ({ url }: FastifyRequest): Promise<void> => {
  if (url.includes('#')) throw Object.assign(new Error('The address has a "#": write it as %23.'), badTarget);
  if (!isEncodedUtf8(url)) throw Object.assign(new Error('The address must be UTF-8, percent-encoded.'), badTarget);
};

const isEncodedUtf8 = (url: string): boolean => {
  if (!/^[\x21-\x7e]*$/.test(url)) return false;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
};

const badTarget = { statusCode: 400, code: 'BAD_REQUEST_TARGET' };
const unreadableTarget = { code: badTarget.code, message: 'The address cannot be read.' };

const masked = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };
