/** Telemetry of operations: spans, metrics, and a log line for slow ones. */
import type { ApolloServerPlugin } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import { markFailed, startSpan } from '#platform/observability/tracing.ts';
import { readManifests } from '../documents/manifest.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { namesIn, operationMetrics, operationNames } from './operation-metrics.ts';
import { slowOperations } from './slow-operations.ts';
import { type ObservabilityVariables, observabilityBounds } from './variables.ts';

interface ObservabilityOptions {
  /** Manifests of trusted documents, whose operations always have metrics of their own. */
  readonly manifests: readonly string[];
  readonly metrics: Registry;
  readonly log: Logger;
}

export const observability = (
  variables: ObservabilityVariables,
  { manifests, metrics, log }: ObservabilityOptions,
): ApolloServerPlugin<RequestContext>[] => {
  const { operationNames: places, planCharacters } = observabilityBounds;
  const known = namesIn(readManifests(manifests).values());
  return [
    operationSpans,
    operationMetrics(metrics, operationNames(known, places)),
    slowOperations({
      slowMs: variables.SLOW_OPERATION_MS,
      linesPerMinute: variables.SLOW_OPERATION_LINES_PER_MINUTE,
      planCharacters,
      log,
    }),
  ];
};

/** Spans for the phases before planning; @apollo/gateway has its own for planning and fetching. */
const operationSpans: ApolloServerPlugin = {
  requestDidStart: async () => {
    const phase = (name: string) => async () => {
      const span = startSpan(name);
      return async (faults?: unknown) => {
        const [fault] = [faults].flat();
        if (fault) markFailed(span, fault);
        span.end();
      };
    };
    return {
      parsingDidStart: phase('graphql.parse'),
      validationDidStart: phase('graphql.validate'),
      // On the request's span, where people look first. Only the name of a valid document is safe to use.
      didResolveOperation: async ({ operation, operationName, queryHash }) => {
        trace.getActiveSpan()?.setAttributes({
          'graphql.operation.name': operationName ?? 'anonymous',
          'graphql.operation.type': operation?.operation ?? 'query',
          'graphql.document.hash': queryHash,
        });
      },
    };
  },
};
