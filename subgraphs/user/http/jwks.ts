import type { FastifyInstance } from 'fastify';
import type { JSONWebKeySet } from 'jose';
import { accessTokenKeysPath } from '#contracts/access-token.ts';

// 5 min: a new key is published longer than that before it signs (ops/keys.ts).
const cacheControl = 'public, max-age=300';

/** Publishes the keys that verify access tokens. They are public. */
export const jwks =
  (publicKeys: () => JSONWebKeySet) =>
  (http: FastifyInstance): void => {
    http.get(accessTokenKeysPath, (_, reply) =>
      reply.header('cache-control', cacheControl).type('application/jwk-set+json').send(JSON.stringify(publicKeys())),
    );
  };
