/** One span per HTTP request that a process answers. */
import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextIfAny, contexts } from './context.ts';
import { SpanKind, startSpan } from './tracing.ts';

/** Asked every few seconds by machines: they would bury the rest. */
const untraced = new Set<string | undefined>(['/health/live', '/health/ready', '/metrics', undefined]);

/** Goes on with `next` inside the request's span, which ends with the last byte of the answer, or when the client is gone. */
export const inRequestSpan = (request: FastifyRequest, reply: FastifyReply, next: () => void): void => {
  const route = request.routeOptions.url;
  if (untraced.has(route)) {
    next();
    return;
  }
  const span = startSpan(`${request.method} ${route}`, {
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': request.method,
      'http.route': String(route),
      'agora.correlation_id': String(contextIfAny()?.correlationId),
    },
  });
  reply.raw.once('close', () => {
    span.setAttribute('http.response.status_code', reply.raw.statusCode);
    if (reply.raw.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    if (!reply.raw.writableFinished) span.setAttribute('agora.client_gone', true);
    span.end();
  });
  contexts.with(trace.setSpan(contexts.active(), span), next);
};
