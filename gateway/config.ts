/** All variables of the gateway; each folder declares its own in `variables.ts`. */
import { z } from 'zod';
import { processVariables, variable } from '#platform/config/config.ts';
import { accessVariables } from './access/variables.ts';
import { cachingVariables } from './caching/variables.ts';
import { checkDocumentVariables, documentVariables } from './documents/variables.ts';
import { exposureVariables } from './graphql/variables.ts';
import { checkHttpVariables, httpVariables } from './http/variables.ts';
import { checkIdentityVariables, identityVariables } from './identity/variables.ts';
import { limitsVariables } from './limits/variables.ts';
import { liveVariables } from './live/variables.ts';
import { observabilityVariables } from './observability/variables.ts';
import { publicPathsVariables } from './public-paths/variables.ts';
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
    ...accessVariables,
    ...cachingVariables,
    ...limitsVariables,
    ...httpVariables,
    ...rateLimitVariables,
    ...publicPathsVariables,
    ...observabilityVariables,
    // Hosting platforms set PORT; GATEWAY_PORT is for environments that several services share.
    GATEWAY_PORT: variable.port(service.port).unwrap().optional(),
    PORT: variable.port(service.port),
    // State shared by several gateways (caches, rate limits, APQ); without it each keeps its own.
    REDIS_URL: variable.redis().optional(),
    // Carries change notifications where there is no Redis.
    EVENTS_DATABASE_URL: variable.database().optional(),
  })
  .superRefine(checkSupergraphVariables)
  .superRefine(checkIdentityVariables)
  .superRefine(checkHttpVariables)
  .superRefine(checkDocumentVariables);

/** The gateway's variables plus those that `env` has for single subgraphs, such as `ORDER_SUBGRAPH_URL`. */
export const gatewayVariablesOf = (env: Readonly<Record<string, string | undefined>>) =>
  // zod cannot type name patterns; `SubgraphVariables` types the additional names.
  gatewayVariables.safeExtend(subgraphVariablesOf(env)) as unknown as typeof gatewayVariables;

export type GatewayConfig = z.output<typeof gatewayVariables> & SubgraphVariables;
