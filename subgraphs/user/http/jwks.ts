import type { FastifyInstance } from 'fastify';
import type { JSONWebKeySet } from 'jose';
import { accessTokenKeysPath } from '#contracts/access-token.ts';

// 5 min: a new key is published that long before it signs (README), and nobody asks for it on each request.
const cacheControl = 'public, max-age=300';

/** Publishes the keys that verify access tokens. Open to everyone: they are public. */
export const jwks =
  (publicKeys: JSONWebKeySet) =>
  (http: FastifyInstance): void => {
    http.get(accessTokenKeysPath, (_, reply) =>
      reply.header('cache-control', cacheControl).type('application/jwk-set+json').send(JSON.stringify(publicKeys)),
    );
  };
