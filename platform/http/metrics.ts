/** How long each request took, by route and status: one small histogram in every process. */
import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from '../observability/metrics.ts';

/** Measures from arrival to the last byte of the answer; of a client that hangs up, to that, as status `gone`. */
export const measureRequests = (http: FastifyInstance, metrics: Registry): void => {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'HTTP requests, by method, route and status; status "gone" is a client that did not wait for the answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 10],
    registers: [metrics],
  });
  http.addHook('onRequest', (request, reply, done) => {
    const stop = duration.startTimer();
    reply.raw.once('close', () => {
      // A route's pattern, and one name for whatever has none: an address is anything that a client likes.
      const route = request.routeOptions.url ?? 'unknown';
      const method = request.is404 ? 'any' : request.method;
      stop({ method, route, status: reply.raw.writableFinished ? String(reply.raw.statusCode) : 'gone' });
    });
    done();
  });
};
