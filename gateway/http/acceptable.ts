/** A client that would not take the answer must hear so before its operation is run, not after. */
import type { FastifyInstance } from 'fastify';
import { errorBody } from '../graphql/errors.ts';

const answerTypes =
  /(^|,)\s*(\*\/\*|application\/(\*|json|graphql-response\+json)|text\/(html|event-stream))\s*(;|,|$)/i;

/** Apollo Server looks at `accept` when the answer is there: 406, and the order is placed. */
export const refuseUnacceptable = (http: FastifyInstance): void => {
  http.addHook('onRequest', (request, reply, done) => {
    const { accept } = request.headers;
    if (!accept || answerTypes.test(accept) || !request.routeOptions.url?.startsWith('/graphql')) return done();
    return reply
      .status(406)
      .send(errorBody('NOT_ACCEPTABLE', 'Answers are application/graphql-response+json or application/json.'));
  });
};
