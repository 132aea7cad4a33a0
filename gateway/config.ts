/** The gateway's variables: each concern has its own beside it, this is the whole. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { defaultPorts } from '../contracts/services.ts';
import { processVariables, variable } from '../platform/config.ts';
import { identityVariables } from './identity/variables.ts';
import { upstreamVariables } from './upstream/variables.ts';

const onOrOff = z.enum(['on', 'off']).default('on');

export const gatewayVariables = z.object({
  ...processVariables,
  ...identityVariables,
  ...upstreamVariables,
  GATEWAY_PORT: variable.port(defaultPorts.gateway),
  SUPERGRAPH_FILE: z
    .string()
    .default(path.join(import.meta.dirname, '..', 'supergraph.graphql'))
    .refine((file) => existsSync(file), 'there is no such file (npm run compose makes supergraph.graphql)'),
  PLAYGROUND: onOrOff,
  INTROSPECTION: onOrOff,
});

export type GatewayConfig = z.output<typeof gatewayVariables>;

// The largest operation of operations/ has about 400 tokens, the introspection query 300. Parsing stops here, so that a
// document of a million braces costs nothing.
export const maxTokens = 4_000;
