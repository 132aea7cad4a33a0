/**
 * An operation of which the viewer may have nothing is answered here, as the subgraphs would answer it, and without
 * asking them. Whatever is not certain is left to them: they enforce the same decisions themselves.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { type RootDecisions, rootDecisions } from './root-decisions.ts';
import { wholeRefusal } from './whole-refusal.ts';

export const earlyRefusal = (
  { AUTHENTICATION }: { readonly AUTHENTICATION: 'on' | 'off' },
  metrics: Registry,
): ApolloServerPlugin<RequestContext> => {
  // Then the gateway does not know who asks, and the subgraphs may.
  if (AUTHENTICATION === 'off') return {};
  const refused = new Counter({
    name: 'agora_gateway_early_refusals_total',
    help: 'Operations answered without a subgraph, because their viewer may have nothing of them.',
    registers: [metrics],
  });
  const decisionsOf = new WeakMap<GraphQLSchema, RootDecisions>();
  return {
    serverWillStart: async () => ({
      schemaDidLoadOrUpdate: ({ apiSchema, coreSupergraphSdl }) => {
        if (coreSupergraphSdl) decisionsOf.set(apiSchema, rootDecisions(coreSupergraphSdl));
      },
    }),
    requestDidStart: async () => ({
      responseForOperation: async ({ schema, document, operation, response, contextValue }) => {
        const decisions = decisionsOf.get(schema);
        const refusal = decisions && wholeRefusal({ schema, document, operation, decisions }, contextValue.viewer);
        if (!refusal) return null;
        refused.inc();
        return { http: response.http, body: { kind: 'single', singleResult: refusal } };
      },
    }),
  };
};
