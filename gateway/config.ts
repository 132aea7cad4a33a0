/** The gateway's variables: each concern has its own beside it, this is the whole. */
import { z } from 'zod';
import { processVariables, variable } from '#platform/config/config.ts';
import { cachingVariables } from './caching/variables.ts';
import { checkDocumentVariables, documentVariables } from './documents/variables.ts';
import { exposureVariables } from './graphql/variables.ts';
import { checkHttpVariables, httpVariables } from './http/variables.ts';
import { checkIdentityVariables, identityVariables } from './identity/variables.ts';
import { limitsVariables } from './limits/variables.ts';
import { liveVariables } from './live/variables.ts';
import { observabilityVariables } from './observability/variables.ts';
import { rateLimitVariables } from './rate-limits/variables.ts';
import { checkSupergraphVariables, schemaVariables } from './schema/variables.ts';
import { service } from './service.ts';
import { type SubgraphVariables, subgraphVariablesOf, upstreamVariables } from './upstream/variables.ts';

export const gatewayVariables = z
  .object({
    ...processVariables,
    ...identityVariables,
    ...documentVariables,
    ...upstreamVariables,
    ...schemaVariables,
    ...liveVariables,
    ...exposureVariables,
    ...cachingVariables,
    ...limitsVariables,
    ...httpVariables,
    ...rateLimitVariables,
    ...observabilityVariables,
    // Platforms that run any program say PORT; where several services have one environment, GATEWAY_PORT is this one's.
    GATEWAY_PORT: variable.port(service.port).unwrap().optional(),
    PORT: variable.port(service.port),
    // What several gateways share; without it each keeps its own.
    REDIS_URL: variable.redis().optional(),
    // Change notifications travel there where Redis does not carry the events.
    EVENTS_DATABASE_URL: variable.database().optional(),
  })
  .superRefine(checkSupergraphVariables)
  .superRefine(checkIdentityVariables)
  .superRefine(checkHttpVariables)
  .superRefine(checkDocumentVariables);

/** All of the gateway's variables, and those that `env` has for single subgraphs, such as `ORDER_SUBGRAPH_URL`. */
export const gatewayVariablesOf = (env: Readonly<Record<string, string | undefined>>) =>
  // zod's types know no patterns of names; `SubgraphVariables` says what may be there beside.
  gatewayVariables.safeExtend(subgraphVariablesOf(env)) as unknown as typeof gatewayVariables;

export type GatewayConfig = z.output<typeof gatewayVariables> & SubgraphVariables;
