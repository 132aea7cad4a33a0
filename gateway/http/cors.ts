/** Which pages of other origins may use the graph. */
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { requestIdHeader } from '#contracts/viewer.ts';
import type { Logger } from '#platform/observability/log.ts';
import { errorBody } from '../graphql/errors.ts';

interface CorsOptions {
  readonly origins: readonly string[];
  /** Also those of this machine, on whatever port a front end's dev server has. */
  readonly loopback: boolean;
  readonly credentials: boolean;
  readonly log: Logger;
}

const loopbackOrigin = /^https?:\/\/((?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

// A browser asks once, not before each request; none remembers longer than a day.
const preflightSeconds = 86_400;

/** Headers of an answer that a page may read, beside those that it always may. */
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
  // Routes that name what their answer varies by would forget this one.
  http.addHook('onSend', (_, reply, __, done) => {
    addVary(reply, 'Origin');
    done();
  });
};

// Each is one line in the log. Whoever makes up origins fills no disk with them.
const originsLogged = 100;

/**
 * A browser keeps the page out by itself, and says only that a header is missing. The network tab and the log say what to
 * do about it.
 */
const refuseOthers = (http: FastifyInstance, allowed: readonly (string | RegExp)[], log: Logger): void => {
  const logged = new Set<string>();
  http.addHook('onRequest', async ({ method, headers }, reply) => {
    const { origin } = headers;
    if (method !== 'OPTIONS' || !origin || !headers['access-control-request-method']) return undefined;
    if (allowed.some((each) => (typeof each === 'string' ? each === origin : each.test(origin)))) return undefined;
    if (!logged.has(origin) && logged.size < originsLogged) {
      logged.add(origin);
      log.warn({ origin }, 'a page of this origin was refused: CORS_ORIGINS does not name it');
    }
    const sentence = 'Pages of this origin may not use the graph: CORS_ORIGINS of the gateway does not name it.';
    return reply.status(403).send(errorBody('ORIGIN_NOT_ALLOWED', sentence));
  });
};

const addVary = (reply: FastifyReply, name: string): void => {
  const named = [reply.getHeader('vary') ?? []].flat().map(String).join(', ');
  const isThere = named.split(',').some((each) => each.trim().toLowerCase() === name.toLowerCase());
  if (!isThere) reply.header('vary', named ? `${named}, ${name}` : name);
};
