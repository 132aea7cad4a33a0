/** Spans of what comes before the plan. From there on @apollo/gateway has its own: `gateway.plan`, `gateway.fetch`, … */
import type { ApolloServerPlugin } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import { markFailed, startSpan } from '#platform/observability/tracing.ts';

export const operationSpans: ApolloServerPlugin = {
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
      // On the request's span, where a person looks first. A valid document's name is a name; the request's may be a novel.
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
