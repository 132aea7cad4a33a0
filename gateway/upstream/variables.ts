/** Variables and bounds of the way to the subgraphs. */
import { z } from 'zod';
import { variable } from '../../platform/config.ts';

const subgraphUrl = variable.url('http', 'https').optional();
const subgraphTimeout = z.coerce.number().int().positive().optional();

export const upstreamVariables = {
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
};

/** Of each subgraph client. */
export const subgraphBounds = {
  // A page of 100 products with everything in it is under 1 MiB; an answer beyond 16 MiB is a fault, not data.
  maxResponseBytes: 16_777_216,
  // One placeOrder that waits holds one connection for up to 5 s; beyond 256 of them requests queue within their time-out.
  connections: 256,
  // A host that does not even accept a connection in 2 s is down, whatever the request's own time-out.
  connectTimeoutMs: 2_000,
};
