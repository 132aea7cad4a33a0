/** What can go wrong between the gateway and a subgraph, and what a client is told of it: never a host, a stack, a query. */
import type { GraphQLFormattedError } from 'graphql';

export type SubgraphFault = 'SUBGRAPH_UNAVAILABLE' | 'GATEWAY_TIMEOUT' | 'SUBGRAPH_BAD_RESPONSE';

export type SubgraphError = GraphQLFormattedError;

const sentences: Record<SubgraphFault, (service: string) => string> = {
  SUBGRAPH_UNAVAILABLE: (service) => `The ${service} service is not available.`,
  // Time-out of a mutation: nobody knows whether it was done. The key makes asking again safe.
  GATEWAY_TIMEOUT: (service) =>
    `The ${service} service did not answer in time. What was asked of it may still be done: repeat a mutation with the same idempotency key.`,
  SUBGRAPH_BAD_RESPONSE: (service) => `The ${service} service gave an answer that cannot be used.`,
};

export const subgraphError = (service: string, fault: SubgraphFault): SubgraphError => ({
  message: sentences[fault](service),
  extensions: { code: fault, service },
});

/** Answers that came, but broken: too long, cut short, not HTTP. */
const badAnswers = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_HEADERS_OVERFLOW',
]);

/** Tells a failed HTTP exchange's fault; whatever it does not know counts as "not reached". */
export const faultOf = (error: unknown): SubgraphFault => {
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (name === 'TimeoutError') return 'GATEWAY_TIMEOUT';
  if (badAnswers.has(String(code)) || String(code).startsWith('HPE_')) return 'SUBGRAPH_BAD_RESPONSE';
  return 'SUBGRAPH_UNAVAILABLE';
};
