/** Before the first supergraph has come there is nothing to ask: 503, and come back. */
import type { FastifyInstance } from 'fastify';
import { errorBody } from '../graphql/errors.ts';

// As often as a source is looked at.
const retryAfterSeconds = 5;

export const refuseUntilLoaded = (http: FastifyInstance, isLoaded: () => boolean): void => {
  http.addHook('onRequest', async (request, reply) => {
    if (isLoaded() || !request.routeOptions.url?.startsWith('/graphql')) return;
    await reply
      .status(503)
      .header('retry-after', retryAfterSeconds)
      .send(errorBody('SCHEMA_NOT_LOADED', 'The gateway has no schema yet. Try again in a few seconds.'));
  });
};
