/** The HTTP server of every process: request ids, `/health/live`, `/health/ready`, `/metrics`, a body limit. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { requestIdHeader } from '../contracts/viewer.ts';
import { correlationIdFrom, runInContext, traceparentFrom } from './context.ts';
import type { Logger } from './log.ts';
import type { Registry } from './metrics.ts';

// 1 MiB: the largest cart with every variable spelt out is under 100 KiB.
const bodyLimitBytes = 1_048_576;

export interface HttpServerOptions {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Names of what is not ready, empty when all is. Must be quick: it is asked every few seconds. */
  readonly notReady: () => Promise<readonly string[]>;
}

/** Answers 404 and body faults as JSON `{ error: { code, message } }`; nothing of a bug reaches the client. */
export const createHttpServer = ({ log, metrics, notReady }: HttpServerOptions): FastifyInstance => {
  const http = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
  });

  http.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationIdFrom(request.headers[requestIdHeader]);
    const traceparent = traceparentFrom(request.headers.traceparent);
    reply.header(requestIdHeader, correlationId);
    runInContext(traceparent ? { correlationId, traceparent } : { correlationId }, done);
  });

  // A kept-alive connection whose request was under way when the end began would hold the end up for over a minute.
  let closing = false;
  http.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  http.addHook('onSend', (_, reply, __, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });

  http.setNotFoundHandler((_, reply) =>
    reply.status(404).send({ error: { code: 'NOT_FOUND', message: 'There is nothing here.' } }),
  );
  http.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, 'request failed');
    const shown = status < 500 ? { code: error.code ?? 'BAD_REQUEST', message: error.message } : masked;
    return reply.status(status).send({ error: shown });
  });

  http.get('/health/live', async () => ({ status: 'ok' }));
  http.get('/health/ready', async (_, reply) => {
    const waitingFor = await notReady();
    return reply.status(waitingFor.length === 0 ? 200 : 503).send({
      status: waitingFor.length === 0 ? 'ok' : 'not ready',
      waitingFor,
    });
  });
  http.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
  return http;
};

const masked = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };
