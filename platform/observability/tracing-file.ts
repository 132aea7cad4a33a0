/** Finished spans as lines of JSON: to look at with `npm run trace`, or with anything that reads lines. */
import { appendFile } from 'node:fs/promises';
import { type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

export interface SpanLine {
  readonly traceId: string;
  readonly spanId: string;
  /** Of the span that it hangs below, which another process may have written; none: the trace begins here. */
  readonly parentSpanId?: string;
  readonly service: string;
  readonly name: string;
  readonly kind: keyof typeof SpanKind;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Several processes may append to the same file: each batch is one write of whole lines. */
export const fileExporter = (file: string): SpanExporter => {
  // One write after the other, so that `forceFlush` has something to wait for.
  let written: Promise<void> = Promise.resolve();
  return {
    export: (spans, done) => {
      const lines = spans.map((span) => `${JSON.stringify(spanLine(span))}\n`).join('');
      written = written
        .then(() => appendFile(file, lines))
        .then(
          () => done({ code: 0 }),
          (error) => done({ code: 1, error }),
        );
    },
    forceFlush: () => written,
    shutdown: () => written,
  };
};

const spanLine = (span: ReadableSpan): SpanLine => {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    ...(span.parentSpanContext && { parentSpanId: span.parentSpanContext.spanId }),
    service: String(span.resource.attributes['service.name']),
    name: span.name,
    kind: SpanKind[span.kind] as SpanLine['kind'],
    startedAt: new Date(inMs(span.startTime)).toISOString(),
    durationMs: Math.round(inMs(span.duration) * 1_000) / 1_000,
    failed: span.status.code === SpanStatusCode.ERROR,
    attributes: span.attributes,
  };
};

const inMs = ([seconds, nanoseconds]: HrTime): number => seconds * 1_000 + nanoseconds / 1_000_000;
