/** What a browser is to know of every answer here: it is data, of this origin, and nothing to be framed or guessed at. */
import type { FastifyInstance } from 'fastify';

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

export const securityHeaders = (http: FastifyInstance): void => {
  http.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    // Over plain HTTP browsers ignore it, as anybody could have written it.
    if (request.protocol === 'https') reply.header('strict-transport-security', httpsOnly);
    done();
  });
};
