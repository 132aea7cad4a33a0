/**
 * Spans: what was done inside a request or a message, and how long it took. Written against OpenTelemetry's API, which
 * does nothing until `startTracing` has found somewhere to send them.
 * A span says what kind of work was done, never on whose data: no variables, no rows, no error messages.
 */
import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { SqlDriverAdapter, SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bus, BusJob } from '../messaging/bus/bus.ts';
import { contextIfAny, contexts, traceparentIn, withRemoteParent } from './context.ts';

export { type Span, SpanKind };

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

const tracer = trace.getTracer('agora');

/** Runs `work` as a span; spans started inside become its children. */
export const inSpan = async <T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => T | Promise<T>,
): Promise<T> => {
  const span = startSpan(name, options);
  try {
    return await contexts.with(trace.setSpan(contexts.active(), span), () => work(span));
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
};

/** The same below a span that is being recorded; elsewhere it only runs the work. For what starts no trace of its own. */
export const inChildSpan = <T>(
  describe: () => readonly [name: string, options: SpanOptions],
  work: (span?: Span) => Promise<T>,
): Promise<T> => (trace.getSpan(contexts.active())?.isRecording() ? inSpan(...describe(), work) : work());

/** For work that is not one function call. The caller ends it. */
export const startSpan = (name: string, options: SpanOptions = {}, context = contexts.active()): Span =>
  tracer.startSpan(name, options, context);

/** Records the kind of an error alone: its message may quote data. */
export const markFailed = (span: Span, error: unknown): void => {
  const { name, code } = error as { name?: unknown; code?: unknown };
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', String(code ?? name ?? typeof error));
};

/** Polled every few seconds by machines: they would bury the rest. */
const untraced = new Set<string | undefined>(['/health/live', '/health/ready', '/metrics', undefined]);

/** Calls `next` inside the request's span, which ends with the last byte of the answer or when the client disconnects. */
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

/**
 * Publishes; each job has a span below the one that wrote its message, and carries its own trace context on to the
 * consumer. A message written outside a trace starts none.
 */
export const publishInSpans = async (bus: Bus, jobs: readonly BusJob[]): Promise<void> => {
  const hops = jobs.map(hop);
  const spans = hops.flatMap(({ span }) => span ?? []);
  try {
    await bus.publish(hops.map(({ job }) => job));
  } catch (error) {
    for (const span of spans) markFailed(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
};

const hop = (job: BusJob): { job: BusJob; span?: Span } => {
  const { queue, message } = job;
  if (!message.traceparent) return { job };
  const span = startSpan(
    `publish ${message.type}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: { 'messaging.destination.name': queue, 'messaging.message.id': message.id },
    },
    withRemoteParent(ROOT_CONTEXT, message.traceparent),
  );
  const traceparent = traceparentIn(trace.setSpan(ROOT_CONTEXT, span)) ?? message.traceparent;
  return { job: { queue, message: { ...message, traceparent } }, span };
};

/**
 * One span per statement that Prisma sends inside a traced request or message. At the adapter and not at the driver:
 * here it is still the caller's context, and waiting for a free connection counts.
 */
export const traceStatements = <A extends SqlDriverAdapter>(adapter: A): A => {
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) =>
    traced(await inChildSpan(described('BEGIN'), () => startTransaction(isolationLevel)));
  return traced(adapter);
};

const traced = <Q extends SqlQueryable>(queryable: Q): Q => {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  queryable.queryRaw = (query) => statement(query, () => queryRaw(query));
  queryable.executeRaw = (query) => statement(query, () => executeRaw(query));
  return queryable;
};

// The text holds $1 where a value goes; values travel apart and are not recorded.
const statement = <T>({ sql }: SqlQuery, send: () => Promise<T>): Promise<T> => inChildSpan(described(sql), send);

const described = (sql: string) => (): [string, SpanOptions] => [
  summary(sql),
  { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.text': sql } },
];

const verb = /^\s*(\w+)/;
const table = /\b(?:FROM|INTO|UPDATE)\s+(?:"?\w+"?\.)?"?(\w+)"?/i;

/** `SELECT order_line`: the verb and the first table named. */
const summary = (sql: string): string =>
  [verb.exec(sql)?.[1]?.toUpperCase() ?? 'SQL', table.exec(sql)?.[1]].filter(Boolean).join(' ');
