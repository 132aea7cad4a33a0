/** Variables of tracing, under OpenTelemetry's own names where it has one. */
import { z } from 'zod';

const url = z.url({ protocol: /^https?$/, error: 'must be a http or https URL' }).optional();

export const tracingVariables = {
  // Where spans go; the exporter adds /v1/traces to the first. Neither, and no file: there is no tracing.
  // OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION and _CERTIFICATE are read by the exporter itself.
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
  // Finished spans, one JSON object a line, of every process that is given the same file. For people without a collector.
  TRACES_FILE: z.string().optional(),

  // The default follows the caller's decision, and records every trace that begins here: right for a laptop. Production
  // has `traceidratio` and a share: without `parentbased`, a client cannot force its traces to be recorded.
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
  // Instead of the service's own name. Not for the launcher's environment, where it would name all five the same.
  OTEL_SERVICE_NAME: z.string().optional(),
  // OpenTelemetry's own switch: no tracing, whatever else is set.
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
};

export type TracingConfig = z.output<z.ZodObject<typeof tracingVariables>>;
