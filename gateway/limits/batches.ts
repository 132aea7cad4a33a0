/** Several operations in one body would pass every limit of one; clients send them side by side instead. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from '../graphql/errors.ts';

/** A hook of the HTTP server, before anybody is identified. */
export const refuseBatches = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
  if (Array.isArray(request.body)) await reply.status(400).send(refusal);
};

const refusal = errorBody(
  'BATCHING_NOT_SUPPORTED',
  'The body is a list of operations. Send one operation a request; connections are kept alive, and several can be under way at once.',
);
