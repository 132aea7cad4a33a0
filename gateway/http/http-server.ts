/** The gateway's HTTP server: what happens to every request before a route sees it. */
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requestIdHeader } from '#contracts/viewer.ts';
import { createHttpServer, type HttpServerOptions } from '#platform/http/server.ts';
import type { Logger } from '#platform/observability/log.ts';
import { errorBody } from '../graphql/errors.ts';
import { negotiateAnswers } from './content-negotiation.ts';
import { loadShedding } from './load-shedding.ts';
import type { HttpConfig } from './variables.ts';

interface GatewayServerOptions extends HttpServerOptions {
  readonly isDevelopment?: boolean;
}

/** In order of execution: a refusal carries the headers of the steps before it. */
export const createGatewayServer = async (
  config: HttpConfig,
  options: GatewayServerOptions,
): Promise<FastifyInstance> => {
  const http = createHttpServer({
    ...options,
    trustedProxies: config.TRUSTED_PROXIES,
    bodyLimitBytes: config.LIMIT_BODY_BYTES,
    bodyLimitValues: config.LIMIT_BODY_VALUES,
    drainNoticeMs: config.SHUTDOWN_NOTICE_MS,
    keepAliveMs: config.KEEP_ALIVE_MS,
  });
  securityHeaders(http);
  await crossOrigin(http, {
    origins: config.CORS_ORIGINS,
    loopback: options.isDevelopment ?? false,
    credentials: config.CORS_CREDENTIALS === 'on',
    log: options.log,
  });
  if (config.COMPRESSION === 'on') await compression(http, config.COMPRESSION_MIN_BYTES);
  loadShedding(http, config.SHED_EVENT_LOOP_DELAY_MS, options.metrics);
  negotiateAnswers(http);
  limitBodyMemory(http, config.LIMIT_BODY_BYTES);
  return http;
};

/**
 * The query string with its question mark, or ''. The one way to read it, identical to the router's: `new URL` would
 * drop what follows a "#" (platform/http/server.ts refuses those).
 */
export const queryStringOf = (target: string): string =>
  target.includes('?') ? target.slice(target.indexOf('?')) : '';

interface CorsOptions {
  readonly origins: readonly string[];
  /** Also allow origins on this machine, on any port, for front-end dev servers. */
  readonly loopback: boolean;
  readonly credentials: boolean;
  readonly log: Logger;
}

const loopbackOrigin = /^https?:\/\/((?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

// One day: browsers cap it there or below.
const preflightSeconds = 86_400;

/** Response headers that a page may read beside the safelisted ones. */
const readable = [requestIdHeader, 'ratelimit', 'ratelimit-policy', 'retry-after'];

/** Cross-origin access for web pages. */
const crossOrigin = async (http: FastifyInstance, options: CorsOptions): Promise<void> => {
  const { origins, loopback, credentials, log } = options;
  const allowed = [...origins, ...(loopback ? [loopbackOrigin] : [])];
  refuseOthers(http, allowed, log);
  if (allowed.length === 0) return;
  await http.register(cors, {
    origin: allowed,
    // PUT: uploads.
    methods: ['GET', 'POST', 'PUT'],
    credentials,
    maxAge: preflightSeconds,
    exposedHeaders: readable,
  });
  // Routes that set `vary` themselves would omit this one.
  http.addHook('onSend', (_, reply, __, done) => {
    addVary(reply, 'Origin');
    done();
  });
};

// One log line per origin; invented origins must not fill the disk.
const originsLogged = 100;

/**
 * A browser blocks the page by itself but only says that a header is missing. This response and the log say what to do.
 */
const refuseOthers = (http: FastifyInstance, allowed: readonly (string | RegExp)[], log: Logger): void => {
  const logged = new Set<string>();
  http.addHook('onRequest', async ({ method, headers }, reply) => {
    const { origin } = headers;
    if (method !== 'OPTIONS' || !origin || !headers['access-control-request-method']) return undefined;
    if (allowed.some((each) => (typeof each === 'string' ? each === origin : each.test(origin)))) return undefined;
    if (!logged.has(origin) && logged.size < originsLogged) {
      logged.add(origin);
      log.warn({ origin }, 'origin refused: not in CORS_ORIGINS');
    }
    const sentence = 'This origin may not use the graph: CORS_ORIGINS of the gateway does not contain it.';
    return reply.status(403).send(errorBody('ORIGIN_NOT_ALLOWED', sentence));
  });
};

const addVary = (reply: FastifyReply, name: string): void => {
  const named = [reply.getHeader('vary') ?? []].flat().map(String).join(', ');
  const isThere = named.split(',').some((each) => each.trim().toLowerCase() === name.toLowerCase());
  if (!isThere) reply.header('vary', named ? `${named}, ${name}` : name);
};

// Product lists shrink to a seventh at any level; the highest takes ten times as long for a few percent.
const gzipLevel = 6;

/** Skips what is already compressed (the playground) and event streams, which must not be delayed. */
const compression = async (http: FastifyInstance, minBytes: number): Promise<void> => {
  await http.register(compress, {
    threshold: minBytes,
    encodings: ['br', 'gzip'],
    zlibOptions: { level: gzipLevel },
    // A few KiB may unpack to gigabytes, and no client of ours sends compressed requests.
    globalDecompression: false,
  });
};

// The two HTML pages, playground and start page, override this.
const headers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // CORS decides who may read an answer elsewhere; embedding it as an image or a script is never useful.
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

// One year, as browsers' preload lists require. Subdomains are not ours to decide on.
const httpsOnly = 'max-age=31536000';

const securityHeaders = (http: FastifyInstance): void => {
  http.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    // Browsers ignore it over plain HTTP.
    if (request.protocol === 'https') reply.header('strict-transport-security', httpsOnly);
    done();
  });
};

const bodyBounds = {
  // 8 KiB: our operations have 1. These are always read, so that large bodies cannot keep small ones out.
  smallBytes: 8_192,
  // 32 MiB: 128 of the largest at once. A thousand unfinished ones would fill a container's memory.
  largeTogetherBytes: 33_554_432,
};

/** Bounds the memory of unfinished request bodies. One of unknown length may have `limitBytes`. */
export const limitBodyMemory = (http: FastifyInstance, limitBytes: number, bounds = bodyBounds): void => {
  let held = 0;
  const releases = new WeakMap<FastifyRequest, () => void>();
  const release = (request: FastifyRequest) => {
    releases.get(request)?.();
    releases.delete(request);
  };
  http.addHook('preParsing', async (request, reply) => {
    const bytes = Number(request.headers['content-length'] ?? limitBytes);
    // Longer ones are refused unread.
    if (bytes <= bounds.smallBytes || bytes > limitBytes) return undefined;
    if (held + bytes > bounds.largeTogetherBytes) return refuse(reply);
    held += bytes;
    releases.set(request, () => {
      held -= bytes;
    });
    // The client may leave before the body is complete.
    reply.raw.once('close', () => release(request));
    return undefined;
  });
  http.addHook('preValidation', async (request) => release(request));
};

// One second: slow senders have 30.
const refuse = (reply: FastifyReply) => reply.status(503).header('retry-after', 1).send(overloaded);

const overloaded = errorBody('OVERLOADED', 'Too many large requests are arriving at once. Try again in a second.');
