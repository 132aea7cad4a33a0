/** Telemetry of operations: spans, metrics, and a log line for slow ones. */

import planner, { type QueryPlan } from '@apollo/query-planner';
import type { ApolloServerPlugin } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import type { Logger } from '#platform/observability/log.ts';
import type { Histogram, Registry } from '#platform/observability/metrics.ts';
import { markFailed, startSpan } from '#platform/observability/tracing.ts';
import { readManifests } from '../documents/manifest.ts';
import type { Step } from '../graphql/steps.ts';
import { namesIn, operationInstruments, operationMetrics, operationNames, recordOf } from './operation-metrics.ts';
import { type ObservabilityVariables, observabilityBounds } from './variables.ts';

interface ObservabilityOptions {
  /** Manifests of trusted documents, whose operations always have metrics of their own. */
  readonly manifests: readonly string[];
  readonly metrics: Registry;
  readonly log: Logger;
}

interface Observability {
  readonly steps: readonly Step[];
  /** Of what only Apollo Server does: documents that are new. */
  readonly plugin: ApolloServerPlugin;
}

export const observability = (
  variables: ObservabilityVariables,
  { manifests, metrics, log }: ObservabilityOptions,
): Observability => {
  const { operationNames: places, planCharacters } = observabilityBounds;
  const known = namesIn(readManifests(manifests).values());
  const instruments = operationInstruments(metrics);
  return {
    steps: [
      operationSpan,
      operationMetrics(instruments, operationNames(known, places)),
      slowOperations({
        slowMs: variables.SLOW_OPERATION_MS,
        linesPerMinute: variables.SLOW_OPERATION_LINES_PER_MINUTE,
        planCharacters,
        log,
      }),
    ],
    plugin: documentPhases(instruments.phases),
  };
};

/** Spans and durations of parsing and validation. */
const documentPhases = (durations: Histogram): ApolloServerPlugin => {
  const phase = (name: 'parse' | 'validate') => async () => {
    const startedAt = performance.now();
    const span = startSpan(`graphql.${name}`);
    return async (faults?: unknown) => {
      durations.observe({ phase: name }, (performance.now() - startedAt) / 1_000);
      const [fault] = [faults].flat();
      if (fault) markFailed(span, fault);
      span.end();
    };
  };
  return { requestDidStart: async () => ({ parsingDidStart: phase('parse'), validationDidStart: phase('validate') }) };
};

/** On the request's span, where people look first. Only the name of a valid document is safe to use. */
const operationSpan: Step = {
  before: ({ operation, operationName, queryHash }) => {
    trace.getActiveSpan()?.setAttributes({
      'graphql.operation.name': operationName ?? 'anonymous',
      'graphql.operation.type': operation.operation,
      'graphql.document.hash': queryHash,
    });
  },
};

interface SlowOperationOptions {
  readonly slowMs: number;
  readonly linesPerMinute: number;
  readonly planCharacters: number;
  readonly log: Logger;
}

/** Logs slow operations with their fetches and plan. Never with variables. */
const slowOperations = (options: SlowOperationOptions): Step => {
  const { slowMs, linesPerMinute, planCharacters, log } = options;
  if (slowMs === 0) return {};
  const mayWrite = perMinute(linesPerMinute);
  return {
    after: ({ contextValue, operation, operationName, queryHash }) => {
      const { begunAt, fetches, plan } = recordOf(contextValue);
      const ms = Math.round(performance.now() - begunAt);
      if (ms < slowMs || !operation) return;
      const suppressed = mayWrite(Date.now());
      if (suppressed === undefined) return;
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
