/** The gateway's variables and bounds. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { defaultPorts } from '../contracts/services.ts';
import { processVariables, variable } from '../platform/config.ts';

const subgraphUrl = variable.url('http', 'https').optional();
const subgraphTimeout = z.coerce.number().int().positive().optional();
const onOrOff = z.enum(['on', 'off']).default('on');

export const gatewayVariables = z.object({
  ...processVariables,
  GATEWAY_PORT: variable.port(defaultPorts.gateway),
  SUPERGRAPH_FILE: z
    .string()
    .default(path.join(import.meta.dirname, '..', 'supergraph.graphql'))
    .refine((file) => existsSync(file), 'there is no such file (npm run compose makes supergraph.graphql)'),

  // The supergraph says where each subgraph is; these say otherwise.
  USER_SUBGRAPH_URL: subgraphUrl,
  PRODUCT_SUBGRAPH_URL: subgraphUrl,
  ORDER_SUBGRAPH_URL: subgraphUrl,
  PAYMENT_SUBGRAPH_URL: subgraphUrl,

  // 10 s: placeOrder may wait up to 5 s for its outcome, and a client gives up at 15–30 s.
  SUBGRAPH_TIMEOUT_MS: variable.milliseconds(10_000),
  USER_SUBGRAPH_TIMEOUT_MS: subgraphTimeout,
  PRODUCT_SUBGRAPH_TIMEOUT_MS: subgraphTimeout,
  ORDER_SUBGRAPH_TIMEOUT_MS: subgraphTimeout,
  PAYMENT_SUBGRAPH_TIMEOUT_MS: subgraphTimeout,

  ACCESS_TOKEN_JWKS_URL: variable
    .url('http', 'https')
    .default(`http://127.0.0.1:${defaultPorts.user}/.well-known/jwks.json`),
  VIEWER_SIGNING_KEY: variable.json(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), d: z.string() })),

  PLAYGROUND: onOrOff,
  INTROSPECTION: onOrOff,
});

export type GatewayConfig = z.output<typeof gatewayVariables>;

// The largest operation of operations/ has about 400 tokens, the introspection query 300. Parsing stops here, so that a
// document of a million braces costs nothing.
export const maxTokens = 4_000;

/** Of each subgraph client. */
export const subgraphBounds = {
  // A page of 100 products with everything in it is under 1 MiB; an answer beyond 16 MiB is a fault, not data.
  maxResponseBytes: 16_777_216,
  // One placeOrder that waits holds one connection for up to 5 s; beyond 256 of them requests queue within their time-out.
  connections: 256,
  // A host that does not even accept a connection in 2 s is down, whatever the request's own time-out.
  connectTimeoutMs: 2_000,
};
