/** Which pages of other origins may use the graph. */
import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { requestIdHeader } from '../../contracts/viewer.ts';

export interface CorsOptions {
  readonly origins: readonly string[];
  readonly credentials: boolean;
}

// A browser asks once, not before each request; none remembers longer than a day.
const preflightSeconds = 86_400;

/** Headers of an answer that a page may read, beside those that it always may. */
const readable = [requestIdHeader, 'ratelimit', 'ratelimit-policy', 'retry-after'];

/** Nothing when no origin is named: then browsers keep foreign pages out by themselves. */
export const crossOrigin = async (http: FastifyInstance, { origins, credentials }: CorsOptions): Promise<void> => {
  if (origins.length === 0) return;
  await http.register(cors, {
    origin: [...origins],
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

const addVary = (reply: FastifyReply, name: string): void => {
  const named = [reply.getHeader('vary') ?? []].flat().map(String).join(', ');
  const isThere = named.split(',').some((each) => each.trim().toLowerCase() === name.toLowerCase());
  if (!isThere) reply.header('vary', named ? `${named}, ${name}` : name);
};
