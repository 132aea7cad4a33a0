/** What the gateway tells of each operation: spans, metrics, a line when it was slow. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import { readManifests } from '../documents/manifest.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { operationMetrics } from './operation-metrics.ts';
import { namesIn, operationNames } from './operation-names.ts';
import { operationSpans } from './operation-spans.ts';
import { slowOperations } from './slow-operations.ts';
import { type ObservabilityVariables, observabilityBounds } from './variables.ts';

export interface ObservabilityOptions {
  /** The manifests of trusted documents: metrics are to know those operations, whatever else comes. */
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
