import type { FastifyInstance } from 'fastify';
import { accessDenialsPath } from '#contracts/access-denials.ts';
import type { DenialReads } from '../usecases/session/ports.ts';

/** Tells gateways which access tokens no longer count. Ids and times, which are of no use to anybody else. */
export const denials =
  ({ accessDenials }: DenialReads) =>
  (http: FastifyInstance): void => {
    http.get<{ Querystring: { since?: unknown } }>(accessDenialsPath, async ({ query: { since } }, reply) => {
      const list = await accessDenials(typeof since === 'string' ? since : undefined);
      return reply.header('cache-control', 'no-store').send(list);
    });
  };
