/** `GET /field-usage`, for operators: it names every field of the schema, so only who may know them gets it. */
import type { FastifyInstance } from 'fastify';
import { type FieldUsage, fieldUsagePath } from '#contracts/field-usage.ts';
import { may } from '#contracts/viewer.ts';
import { errorBody } from '../graphql/errors.ts';
import type { Authenticate } from '../identity/credentials.ts';

interface FieldUsageRouteOptions {
  readonly http: FastifyInstance;
  readonly authenticate: Authenticate;
  readonly introspection: boolean;
  readonly report: () => FieldUsage;
}

export const serveFieldUsage = ({ http, authenticate, introspection, report }: FieldUsageRouteOptions): void => {
  http.get(fieldUsagePath, async (request, reply) => {
    const result = await authenticate(request.headers.authorization);
    if (!result.ok) {
      const { kind, message } = result.failure;
      return reply.status(kind === 'UNAUTHENTICATED' ? 401 : 503).send(errorBody(kind, message));
    }
    if (!introspection && !may(result.value.viewer, 'operations:read')) return reply.status(403).send(notAllowed);
    return reply.header('cache-control', 'no-store').send(report());
  });
};

const notAllowed = errorBody('FORBIDDEN', 'Field usage needs the permission operations:read, or INTROSPECTION=on.');
