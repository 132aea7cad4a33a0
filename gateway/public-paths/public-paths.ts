/**
 * Passes what clients reach past the graph (files, webhooks, links in mails) on to the service that it belongs to, as edge
 * and ingress do where there are any. Bodies and answers are streamed: nothing of them is kept here.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Agent, type Dispatcher } from 'undici';
import type { publicPaths } from '#contracts/public-paths.ts';
import { requestIdHeader, viewerHeader } from '#contracts/viewer.ts';
import { currentTrace } from '#platform/observability/context.ts';
import type { Logger } from '#platform/observability/log.ts';
import { publicPathBounds as bounds, type PublicPathsConfig } from './variables.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a public path of a service. */
    isPublicPath?: boolean;
  }
}

type PublicPath = (typeof publicPaths)[number];

interface Options {
  readonly http: FastifyInstance;
  readonly paths: readonly PublicPath[];
  /** Undefined for a service that is not in the supergraph. */
  readonly urlsOf: (service: string) => readonly string[] | undefined;
  readonly log: Logger;
}

/** They are closed with the returned function. */
export const servePublicPaths = (config: PublicPathsConfig, options: Options): { close(): Promise<void> } => {
  const { http, paths, urlsOf, log } = options;
  const agent = new Agent({
    // Apart from those of the graph: slow uploads take none of them away.
    connections: config.PUBLIC_PATHS_CONCURRENCY,
    connect: { timeout: bounds.connectTimeoutMs },
    bodyTimeout: bounds.idleMs,
  });
  let pending = 0;
  let turn = 0;

  const pass = async (path: PublicPath, request: FastifyRequest, reply: FastifyReply) => {
    const urls = urlsOf(path.service);
    const fault = urls ? faultOf(path, request) : notFound;
    if (fault || !urls) return refuse(reply, fault ?? notFound);
    if (pending >= config.PUBLIC_PATHS_CONCURRENCY) return refuse(reply.header('retry-after', 1), overloaded);
    pending++;
    reply.raw.once('close', () => pending--);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const ask = () => send(agent, urls[turn++ % urls.length] as string, { path, request, reply, signal: gone.signal });
    try {
      // What has no body can be asked again, of another replica if there is one.
      const answer = await (hasBody(request)
        ? ask()
        : ask().catch((error) => (isAway(error) ? ask() : Promise.reject(error))));
      return await reply.status(answer.statusCode).headers(without(answer.headers, ofOneConnection)).send(answer.body);
    } catch (error) {
      if (gone.signal.aborted) return reply.hijack();
      log.warn({ err: error, service: path.service, path: path.path }, 'public path unavailable');
      return refuse(reply.header('retry-after', 1), unavailable);
    }
  };

  http.register(async (door) => {
    door.removeAllContentTypeParsers();
    door.addContentTypeParser('*', (_, payload, done) => done(null, payload));
    for (const path of paths)
      door.route({
        method: ['GET', 'HEAD', 'PUT', 'POST'],
        url: path.path.endsWith('/') ? `${path.path}*` : path.path,
        config: { isPublicPath: true, ...(path.arrivalMs !== undefined && { arrivalMs: path.arrivalMs }) },
        handler: (request, reply) => pass(path, request, reply),
      });
  });
  return { close: () => agent.close() };
};

interface Passed {
  readonly path: PublicPath;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
}

const send = (agent: Agent, url: string, { path, request, reply, signal }: Passed): Promise<Dispatcher.ResponseData> =>
  agent.request({
    origin: new URL(url).origin,
    path: request.url,
    method: request.method as Dispatcher.HttpMethod,
    headers: {
      ...without(request.headers, neverSent),
      'x-forwarded-for': request.ip,
      [requestIdHeader]: String(reply.getHeader(requestIdHeader)),
      ...currentTrace(),
    },
    body: hasBody(request) ? (request.body as Readable) : null,
    // The answer to a body comes after it.
    headersTimeout: bounds.answerMs + (hasBody(request) ? (path.arrivalMs ?? bounds.arrivalMs) : 0),
    signal,
  });

const hasBody = ({ headers }: FastifyRequest): boolean => Number(headers['content-length'] ?? 0) > 0;

/** Belong to one connection, or are set for each of them. */
const ofOneConnection = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  ...[requestIdHeader, 'strict-transport-security'],
]);

/** Nor does anybody choose who they are, or where they come from. */
const neverSent = new Set([
  ...ofOneConnection,
  ...['host', 'traceparent', 'tracestate', 'forwarded', 'x-real-ip', viewerHeader],
]);

const without = (headers: IncomingHttpHeaders, left: ReadonlySet<string>) =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !left.has(name) && (left === ofOneConnection || !name.startsWith('x-forwarded-')),
    ),
  );

interface Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const notFound: Fault = { status: 404, code: 'NOT_FOUND', message: 'There is nothing here.' };
const overloaded: Fault = {
  status: 503,
  code: 'OVERLOADED',
  message: 'Too many requests at once. Try again in a second.',
};
const unavailable: Fault = {
  status: 503,
  code: 'SUBGRAPH_UNAVAILABLE',
  message: 'This is not available at the moment. Try again.',
};

/** Two readings of one path are a hole: nothing that another server could resolve to somewhere else is passed on. */
const isAmbiguous = (url: string): boolean => {
  const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
  return /\/\/|\\|[%;]|\p{Cc}/u.test(path) || path.split('/').some((part) => part === '.' || part === '..');
};

const faultOf = ({ maxBodyBytes }: PublicPath, { url, headers }: FastifyRequest): Fault | undefined => {
  if (isAmbiguous(url)) return notFound;
  if (headers['transfer-encoding'] !== undefined)
    return { status: 411, code: 'LENGTH_REQUIRED', message: 'Send the body with its content-length.' };
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes)
    return {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: `The body is too large: ${maxBodyBytes} bytes is the most.`,
    };
  return undefined;
};

const refuse = (reply: FastifyReply, { status, code, message }: Fault) =>
  reply.status(status).send({ error: { code, message } });

const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);
const isAway = (error: unknown): boolean => away.has(String((error as NodeJS.ErrnoException).code));
