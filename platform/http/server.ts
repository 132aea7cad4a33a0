/** The HTTP server of every process: request ids, `/health/live`, `/health/ready`, `/metrics`, bounds, an orderly end. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import { isIP, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
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
import { describeMetrics, Histogram, type Registry } from '../observability/metrics.ts';
import { inRequestSpan } from '../observability/tracing.ts';
import { acceptJsonBodies } from './body.ts';

// 1 MiB: the largest cart with every variable spelt out is under 100 KiB.
const defaultBodyLimitBytes = 1_048_576;

// 10 s for the headers, and 2.5 min for the slowest of all requests (`arrivalMs`). Node checks every 5 s.
const arrivalBounds = { headersTimeout: 10_000, requestTimeout: 150_000, connectionsCheckingInterval: 5_000 };

// 30 s for a body: the slowest phone needs a few seconds for 1 MiB, and a client that trickles bytes holds a connection no
// longer.
const usualArrivalMs = 30_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long a body of this route may take to arrive. Up to `arrivalBounds.requestTimeout`. */
    arrivalMs?: number;
  }
}

// Each open connection costs about 20 KiB; beyond this number, new ones are closed at once instead of all being slow.
const maxConnections = 10_000;

export interface HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Names of what is not ready, empty when all is. Must be quick: it is called every few seconds. */
  readonly notReady: () => Promise<readonly string[]>;
  /** Further, informative fields of `/health/ready`. */
  readonly detail?: () => Readonly<Record<string, unknown>>;
  /** Proxies (addresses, ranges) whose `x-forwarded-*` headers are trusted; none by default. */
  readonly trustedProxies?: readonly string[];
  /** A longer body is refused with 413. */
  readonly bodyLimitBytes?: number;
  /** A body with more JSON values is refused with 413 before it is parsed. */
  readonly bodyLimitValues?: number;
  /** How long a connection may be idle; 72 s is Fastify's default. */
  readonly keepAliveMs?: number;
  /** How long requests are still accepted after shutdown has begun and readiness says so. */
  readonly drainNoticeMs?: number;
  /** Called for each WebSocket upgrade. Without it, and for other upgrades, the request is answered as any other. */
  readonly onWebSocket?: (request: IncomingMessage, socket: Duplex) => void;
}

/** Answers 404 and body faults as JSON `{ error: { code, message } }`; details of a bug never reach the client. */
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
    // Before any route or hook: the router could not parse the URL, which Fastify would echo.
    frameworkErrors: (_, __, reply: FastifyReply) => reply.status(400).send({ error: unreadableTarget }),
    // A request on a connection that was open when shutdown began is answered as any other.
    return503OnClosing: false,
    // It would cover shutdown too, which lasts as long as the longest request and has its own deadline (process/shutdown.ts).
    pluginTimeout: 0,
  });
  http.server.maxConnections = maxConnections;
  if (onWebSocket) http.server.on('upgrade', onWebSocket);
  drainOnClose(http, drainNoticeMs);
  measureRequests(http, metrics);

  // Before anything reads `request.ip`, which accepts any text as an address.
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

  checkRequests(http);
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

const checkRequests = (http: FastifyInstance): void => {
  http.addHook('onRequest', (request, reply, done) => {
    limitArrival(request, reply);
    done();
  });
  http.addHook('onRequest', checkTarget);
};

/** By time; how much may arrive is each route's. */
const limitArrival = ({ raw, routeOptions }: FastifyRequest, reply: FastifyReply): void => {
  const { 'content-length': length, 'transfer-encoding': coding } = raw.headers;
  if (raw.complete || (!Number(length) && coding === undefined)) return;
  const late = () => {
    if (reply.raw.headersSent) raw.destroy();
    else answerOn(raw.socket, tooLate);
  };
  const timer = setTimeout(late, routeOptions.config.arrivalMs ?? usualArrivalMs);
  for (const end of ['end', 'close']) raw.once(end, () => clearTimeout(timer));
};

const isForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/**
 * A request target has no fragment (RFC 9112, 3.2): parsers that read one and parsers that drop it see two different
 * requests. It is percent-encoded UTF-8: decoding anything else would insert U+FFFD.
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

/**
 * `x-forwarded-for` without ports, as far as it can be trusted: whatever precedes an entry that is not an address ("unknown",
 * a name) was written by an unknown party, so the nearest proxy that gave an address counts.
 */
export const forwardedFor = (header: string): string => {
  const addresses: string[] = [];
  for (const entry of header.split(',').reverse()) {
    const address = addressIn(entry.trim());
    if (!address) break;
    addresses.unshift(address);
  }
  return addresses.join(', ');
};

const withPort = /^(?:\[(?<bracketed>[^\]]+)\]|(?<ipv4>[^:]+))(?::\d{1,5})?$/;

const addressIn = (entry: string): string | undefined => {
  const groups = withPort.exec(entry)?.groups;
  const address = groups?.bracketed ?? groups?.ipv4 ?? entry;
  return isIP(address) ? address : undefined;
};

/** From arrival to the last byte of the answer, or to the client's disconnect as status `gone`. */
const measureRequests = (http: FastifyInstance, metrics: Registry): void => {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests, by method, route and status; status "gone" is a client that did not wait for the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 10],
    registers: [metrics],
  });
  http.addHook('onRequest', (request, reply, done) => {
    const stop = duration.startTimer();
    reply.raw.once('close', () => {
      // The route's pattern, since a client may send any URL; unknown ones share one label.
      const route = request.routeOptions.url ?? 'unknown';
      const method = request.is404 ? 'any' : request.method;
      stop({ method, route, status: reply.raw.writableFinished ? String(reply.raw.statusCode) : 'gone' });
    });
    done();
  });
};

/** What fails before there is a request that a route could answer. */
interface Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const tooLate: Fault = { status: 408, code: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive.' };

const faults: Record<string, Fault> = {
  ERR_HTTP_REQUEST_TIMEOUT: tooLate,
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    message: 'The headers, or the address, are too large: 16 KiB is the most.',
  },
};

const notHttp: Fault = { status: 400, code: 'BAD_REQUEST', message: 'The request is not valid HTTP.' };

/** For Node's `clientError`, where there is no response object to write to. */
const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  answerOn(socket, faults[error.code ?? ''] ?? notHttp);
};

const answerOn = (socket: Socket, { status, code, message }: Fault): void => {
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
};

// One turn of the event loop accepts pending connections, the next reads what was sent on them.
const turnsToRead = 2;

/**
 * Closes without dropping a request. When the server closes:
 * 1. for `noticeMs` it serves on, new connections included, while `/health/ready` already fails: load balancers have time to
 *    notice. Each answer says `connection: close`, so clients leave between two requests;
 * 2. it takes no new connections, answers what was sent on the open ones, and closes each after its answer.
 *
 * Node's own close() ends idle connections at once, even with a request that is received but not yet read, and it waits for
 * those without a request, which browsers open in advance.
 */
const drainOnClose = (http: FastifyInstance, noticeMs: number): void => {
  const { server } = http;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  let closing = false;
  http.addHook('onSend', (_, reply, __, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  http.addHook('preClose', async () => {
    closing = true;
    if (!server.listening) return;
    await pause(noticeMs);
    await nextTurn();
    const ended = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
    for (let turn = 0; turn < turnsToRead; turn++) await nextTurn();
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    await ended;
  });
};
