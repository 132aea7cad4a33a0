/**
 * Spans: what was done inside a request or a message, and how long it took. Written against OpenTelemetry's API, which
 * does nothing until `startTracing` has found somewhere to send them.
 * A span says what kind of work was done, never on whose data: no variables, no rows, no messages of errors.
 */
import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { contexts } from './context.ts';

export { type Span, SpanKind };

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

const tracer = trace.getTracer('agora');

/** Runs `work` as a span, which ends when the work does. What begins inside hangs below it. */
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

/** The same below a span that is being recorded; elsewhere it only runs the work. For what begins no trace of its own. */
export const inChildSpan = <T>(
  describe: () => readonly [name: string, options: SpanOptions],
  work: () => Promise<T>,
): Promise<T> => (trace.getSpan(contexts.active())?.isRecording() ? inSpan(...describe(), work) : work());

/** For work that is not one function call. The caller ends it. */
export const startSpan = (name: string, options: SpanOptions = {}, context = contexts.active()): Span =>
  tracer.startSpan(name, options, context);

/** The kind of an error alone: its message may quote what was being worked on. */
export const markFailed = (span: Span, error: unknown): void => {
  const { name, code } = error as { name?: unknown; code?: unknown };
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', String(code ?? name ?? typeof error));
};
