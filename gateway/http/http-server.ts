/** The HTTP server of the gateway: what happens to every request before a route sees it. */
import compress from '@fastify/compress';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHttpServer, type HttpServerOptions } from '#platform/http/server.ts';
import { errorBody } from '../graphql/errors.ts';
import { negotiateAnswers } from './content-negotiation.ts';
import { crossOrigin } from './cors.ts';
import { loadShedding } from './load-shedding.ts';
import type { HttpConfig } from './variables.ts';

interface GatewayServerOptions extends HttpServerOptions {
  readonly isDevelopment?: boolean;
}

/** In the order in which they act: a refusal carries the headers of those before it. */
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
 * With its question mark; empty where there is none. As the router splits it, and unlike `new URL`, which would drop what
 * is behind a "#"; platform/http/server.ts has refused those.
 */
export const queryStringOf = (target: string): string =>
  target.includes('?') ? target.slice(target.indexOf('?')) : '';

// Lists of products shrink to a seventh at either level; the highest would take ten times as long for a few percent.
const gzipLevel = 6;

/** Leaves alone what is compressed already (the playground) and what is a stream of events, which must not wait. */
const compression = async (http: FastifyInstance, minBytes: number): Promise<void> => {
  await http.register(compress, {
    threshold: minBytes,
    encodings: ['br', 'gzip'],
    zlibOptions: { level: gzipLevel },
    // A request of a few KiB may unpack to gigabytes. No client of ours sends any.
    globalDecompression: false,
  });
};

// A route may say otherwise: the two pages there are, playground and start page, have policies of their own.
const headers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Who may read an answer from elsewhere is said by CORS; embedding it as an image or a script is for nobody.
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

// A year, as the browsers' own lists ask for. Without subdomains: they are not ours to decide on.
const httpsOnly = 'max-age=31536000';

const securityHeaders = (http: FastifyInstance): void => {
  http.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    // Over plain HTTP browsers ignore it, as anybody could have written it.
    if (request.protocol === 'https') reply.header('strict-transport-security', httpsOnly);
    done();
  });
};

const bodyBounds = {
  // 8 KiB: operations of the shop have 1. These are always read, so that nobody who sends large ones keeps others out.
  smallBytes: 8_192,
  // 32 MiB: 128 of the largest at once. A thousand that stop before their end would be all of a container's memory.
  largeTogetherBytes: 33_554_432,
};

/** One that does not say its length may be of `limitBytes`. */
export const limitBodyMemory = (http: FastifyInstance, limitBytes: number, bounds = bodyBounds): void => {
  let held = 0;
  const releases = new WeakMap<FastifyRequest, () => void>();
  const release = (request: FastifyRequest) => {
    releases.get(request)?.();
    releases.delete(request);
  };
  http.addHook('preParsing', async (request, reply) => {
    const bytes = Number(request.headers['content-length'] ?? limitBytes);
    // One that is longer than may be is refused unread.
    if (bytes <= bounds.smallBytes || bytes > limitBytes) return undefined;
    if (held + bytes > bounds.largeTogetherBytes) return refuse(reply);
    held += bytes;
    releases.set(request, () => {
      held -= bytes;
    });
    // Its client may leave before all of it is here.
    reply.raw.once('close', () => release(request));
    return undefined;
  });
  http.addHook('preValidation', async (request) => release(request));
};

// One second: who is slow to send has 30 for it.
const refuse = (reply: FastifyReply) => reply.status(503).header('retry-after', 1).send(overloaded);

const overloaded = errorBody(
  'OVERLOADED',
  'Too many large requests are arriving at the same time. Try again in a second.',
);
