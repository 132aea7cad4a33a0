/** Turns tracing on for a process that is told where its spans go. The SDK is loaded only then. */
import { appendFile } from 'node:fs/promises';
import { context, type HrTime, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import { withDeadline } from '../resilience/deadline.ts';
import { availabilityLog } from './availability-log.ts';
import { contexts } from './context.ts';
import type { Logger } from './log.ts';

const url = z.url({ protocol: /^https?$/, error: 'must be a http or https URL' }).optional();

/** Under OpenTelemetry's own names where it has one. */
export const tracingVariables = {
  // Where spans go; the exporter adds /v1/traces to the first. With neither of them nor TRACES_FILE there is no tracing.
  // OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION and _CERTIFICATE are read by the exporter itself.
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
  // Finished spans, one JSON object a line, of every process that has the same file. For development without a collector.
  TRACES_FILE: z.string().optional(),

  // The default follows the caller's decision and records every trace that starts here: right for a laptop. In production
  // use `traceidratio` and a ratio: without `parentbased`, a client cannot force its traces to be recorded.
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  // Instead of the service's own name. Not for the launcher's environment, where it would name all services the same.
  OTEL_SERVICE_NAME: z.string().optional(),
  // OpenTelemetry's own switch: no tracing, whatever else is set.
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
};

export type TracingConfig = z.output<z.ZodObject<typeof tracingVariables>>;

export interface Tracing {
  /** Sends pending spans. */
  close(): Promise<void>;
}

// 2 s: an unavailable collector must not use up the shutdown deadline; pending spans are then lost.
const closeDeadlineMs = 2_000;
// SQL statements are the longest attribute; the beginning identifies one.
const spanLimits = { attributeValueLengthLimit: 2_000 };
// The SDK buffers 2,048 finished spans at most (about 2 MB) and drops the rest. Every 2 s to a collector; every 0.2 s to a
// file, which somebody is watching.
const sendEveryMs = { collector: 2_000, file: 200 };

const nothingToClose: Tracing = { close: async () => undefined };

/** Call before the first request. Spans are sent in the background: an unavailable collector costs a log line. */
export const startTracing = async (service: string, config: TracingConfig, log: Logger): Promise<Tracing> => {
  const base = config.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/$/, '');
  const toCollector = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base}/v1/traces`);
  if (config.OTEL_SDK_DISABLED === 'true' || !(toCollector || config.TRACES_FILE)) return nothingToClose;

  const { BatchSpanProcessor, TracerProvider } = await import('@opentelemetry/sdk-trace');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const spanProcessors: SpanProcessor[] = [];
  if (toCollector) {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    const exporter = observed(new OTLPTraceExporter({ url: toCollector }), log, 'the trace collector');
    spanProcessors.push(new BatchSpanProcessor({ exporter, scheduledDelayMillis: sendEveryMs.collector }));
  }
  if (config.TRACES_FILE) {
    const exporter = observed(fileExporter(config.TRACES_FILE), log, 'the file of traces');
    spanProcessors.push(new BatchSpanProcessor({ exporter, scheduledDelayMillis: sendEveryMs.file }));
  }
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': config.OTEL_SERVICE_NAME ?? service }),
    sampler: await samplerOf(config),
    spanLimits,
    spanProcessors,
  });
  context.setGlobalContextManager(contexts);
  trace.setGlobalTracerProvider(provider);
  return { close: () => withDeadline(closeDeadlineMs, provider.shutdown(), () => undefined).catch(() => undefined) };
};

/** `always_on` and `always_off` are the ratios 1 and 0. */
export const samplerOf = async ({
  OTEL_TRACES_SAMPLER: name,
  OTEL_TRACES_SAMPLER_ARG: share,
}: Pick<TracingConfig, 'OTEL_TRACES_SAMPLER' | 'OTEL_TRACES_SAMPLER_ARG'>) => {
  const { ParentBasedSampler, TraceIdRatioBasedSampler } = await import('@opentelemetry/sdk-trace');
  const ratio = name.endsWith('always_on') ? 1 : name.endsWith('always_off') ? 0 : share;
  const root = new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
};

const observed = (exporter: SpanExporter, log: Logger, what: string): SpanExporter => {
  const availability = availabilityLog(log, what);
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === 0) availability.up();
        else availability.down(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
};

export interface SpanLine {
  readonly traceId: string;
  readonly spanId: string;
  /** The parent may be another process's; absent for the root span. */
  readonly parentSpanId?: string;
  readonly service: string;
  readonly name: string;
  readonly kind: keyof typeof SpanKind;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** For `npm run trace`. Several processes may append to the same file: each batch is one write of whole lines. */
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
