/** Cross-origin access for web pages. */
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { requestIdHeader } from '#contracts/viewer.ts';
import type { Logger } from '#platform/observability/log.ts';
import { errorBody } from '../graphql/errors.ts';

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

export const crossOrigin = async (http: FastifyInstance, options: CorsOptions): Promise<void> => {
  const { origins, loopback, credentials, log } = options;
  const allowed = [...origins, ...(loopback ? [loopbackOrigin] : [])];
  refuseOthers(http, allowed, log);
  if (allowed.length === 0) return;
  await http.register(cors, {
    origin: allowed,
    methods: ['GET', 'POST'],
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
