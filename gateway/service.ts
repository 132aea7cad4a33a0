import type { GatewayDescriptor } from '#platform/service/descriptor.ts';

/** The single entry point for clients. It owns no data. */
export const service = {
  name: 'gateway',
  kind: 'gateway',
  port: 4000,
  // What holds for one subgraph alone: ORDER_SUBGRAPH_URL, PAYMENT_SUBGRAPH_TIMEOUT_MS.
  variablePattern: /^[A-Z0-9_]+_SUBGRAPH_[A-Z_]+$/,
  secrets: { VIEWER_SIGNING_KEY: 'signing-key', SUPERGRAPH_URL_TOKEN: 'optional' },
} as const satisfies GatewayDescriptor;
