/**
 * Responses come in one piece, and no schema here has `@defer` or `@stream`. A client that sends them should learn why, and not that it
 * has misspelt something.
 */
import { GraphQLError, Kind } from 'graphql';

export const incrementalDelivery = {
  code: 'INCREMENTAL_DELIVERY_NOT_SUPPORTED',
  message: 'Responses come in one piece: @defer and @stream are not supported. Send two operations instead.',
} as const;

const directives = new Set(['defer', 'stream']);

/** Whether a validation error is that the schema has no such directive. */
export const isUnknownIncremental = (error: unknown): boolean => {
  if (!(error instanceof GraphQLError)) return false;
  const node = error.nodes?.[0];
  return (
    node?.kind === Kind.DIRECTIVE && directives.has(node.name.value) && error.message.startsWith('Unknown directive')
  );
};
