/** Telemetry of operations: spans, metrics, and a log line for slow ones. */

import planner, { type QueryPlan } from '@apollo/query-planner';
import type { ApolloServerPlugin } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import { markFailed, startSpan } from '#platform/observability/tracing.ts';
import { readManifests } from '../documents/manifest.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { namesIn, operationMetrics, operationNames, recordOf } from './operation-metrics.ts';
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

interface SlowOperationOptions {
  readonly slowMs: number;
  readonly linesPerMinute: number;
  readonly planCharacters: number;
  readonly log: Logger;
}

/** Logs slow operations with their fetches and plan. Never with variables. */
const slowOperations = (options: SlowOperationOptions): ApolloServerPlugin<RequestContext> => {
  const { slowMs, linesPerMinute, planCharacters, log } = options;
  const mayWrite = perMinute(linesPerMinute);
  return {
    requestDidStart: async () => {
      if (slowMs === 0) return {};
      const startedAt = performance.now();
      return {
        willSendResponse: async ({ contextValue, operation, operationName, queryHash }) => {
          const ms = Math.round(performance.now() - startedAt);
          if (ms < slowMs || !operation) return;
          const suppressed = mayWrite(Date.now());
          if (suppressed === undefined) return;
          const { fetches, plan } = recordOf(contextValue);
          const line = {
            operation: operationName ?? 'anonymous',
            type: operation.operation,
            document: queryHash,
            ms,
            fetches,
            ...(plan && { plan: printed(plan, planCharacters) }),
            ...(suppressed > 0 && { suppressed }),
          };
          log.warn(line, 'slow operation');
        },
      };
    },
  };
};

/** How many were suppressed since the last line, or `undefined` when this one must be suppressed as well. */
export const perMinute = (lines: number): ((now: number) => number | undefined) => {
  let minute = 0;
  let written = 0;
  let leftOut = 0;
  return (now) => {
    const current = Math.floor(now / 60_000);
    if (current !== minute) [minute, written] = [current, 0];
    if (written >= lines) {
      leftOut += 1;
      return undefined;
    }
    written += 1;
    const before = leftOut;
    leftOut = 0;
    return before;
  };
};

// The plan contains the client's literals, which are as private as variables. Strings of the plan itself (the first
// group) are kept: services and paths.
const literals = /(\b(?:Fetch\(service|Flatten\(path): "[^"]*")|"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|\b\d[\d.eE+-]*/g;

/** The plan as text without literals, truncated. */
const printed = (plan: QueryPlan, characters: number): string => {
  const text = planner
    .prettyFormatQueryPlan(plan)
    .replace(literals, (literal, ofThePlan?: string) => ofThePlan ?? (literal.startsWith('"') ? '"…"' : '0'));
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
};
