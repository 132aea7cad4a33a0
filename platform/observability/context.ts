/** Request context: follows a request or message through every call made for it. */
import { randomUUID } from 'node:crypto';
import { type Context, createContextKey, isSpanContextValid, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

export interface RequestContext {
  /** Shared by the log lines and messages of one request, across services. */
  readonly correlationId: string;
  /** W3C trace context: of the active span when tracing is on, else the client's. */
  readonly traceparent?: string;
}

/**
 * The one storage: OpenTelemetry's context with the active span, and our correlation id beside it. The tracing SDK uses
 * this same storage, so both agree on the active span.
 */
export const contexts = new AsyncLocalStorageContextManager();

const correlationKey = createContextKey('agora correlation id');

/** The current request's context; outside one (a timer, a script) a new one each time. */
export const currentContext = (): RequestContext =>
  contextIfAny() ?? { correlationId: randomUUID(), ...currentTrace() };

/** `undefined` outside a request: for log lines, where an invented id would mislead. */
export const contextIfAny = (): RequestContext | undefined => {
  const correlationId = contexts.active().getValue(correlationKey);
  return typeof correlationId === 'string' ? { correlationId, ...currentTrace() } : undefined;
};

/** The `traceparent` header for outgoing calls; empty outside a trace. */
export const currentTrace = (): { traceparent?: string } => {
  const traceparent = traceparentIn(contexts.active());
  return traceparent ? { traceparent } : {};
};

/** Without a `traceparent` the work stays in the active trace, if any. */
export const runInContext = <T>({ correlationId, traceparent }: RequestContext, work: () => T): T => {
  const context = contexts.active().setValue(correlationKey, correlationId);
  return contexts.with(traceparent ? withRemoteParent(context, traceparent) : context, work);
};

// An id from outside goes into logs and messages: short, and unable to forge a log line.
const acceptable = /^[\w.-]{1,100}$/;

/** The caller's request id if it is acceptable, else a new one. */
export const correlationIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && acceptable.test(header) ? header : randomUUID();

/** The caller's trace context if valid; it is propagated to other services and into messages. */
export const traceparentFrom = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && spanContextOf(header) ? header : undefined;

/** The context with the sender's span as parent; unchanged when `traceparent` is invalid. */
export const withRemoteParent = (context: Context, traceparent: string): Context => {
  const caller = spanContextOf(traceparent);
  return caller ? trace.setSpanContext(context, caller) : context;
};

const w3cTraceparent = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

const spanContextOf = (traceparent: string) => {
  const [, traceId = '', spanId = '', flags = ''] = w3cTraceparent.exec(traceparent) ?? [];
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
};

/** The `traceparent` of a context's span. */
export const traceparentIn = (context: Context): string | undefined => {
  const span = trace.getSpanContext(context);
  if (!span || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
};
