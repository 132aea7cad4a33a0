/** Turns tracing on, for a process that was told where its spans go. Only then is any of the SDK loaded. */
import { context, trace } from '@opentelemetry/api';
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { withDeadline } from '../resilience/deadline.ts';
import { availabilityLog } from './availability-log.ts';
import { contexts } from './context.ts';
import type { Logger } from './log.ts';
import type { TracingConfig } from './tracing-variables.ts';

export interface Tracing {
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

// 2 s: a collector that is away must not use up the deadline of a shutdown; what it missed is lost.
const closeDeadlineMs = 2_000;
// Statements of SQL are the longest attribute; the beginning is enough to know one.
const spanLimits = { attributeValueLengthLimit: 2_000 };
// 2,048 finished spans wait for the exporter at most (about 2 MB); beyond that they are dropped, not kept.
// Every 2 s to a collector; every 0.2 s to a file, which somebody is looking at.
const sendEveryMs = { collector: 2_000, file: 200 };

const nothingToClose: Tracing = { close: async () => undefined };

/** Before the first request. Spans are sent in the background: a collector that is away or slow costs a log line. */
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
    const { fileExporter } = await import('./tracing-file.ts');
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

/** One log line when spans cannot be sent, and one when they can be again. */
const observed = (exporter: SpanExporter, log: Logger, what: string): SpanExporter => {
  const link = availabilityLog(log, what);
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === 0) link.up();
        else link.down(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
};
