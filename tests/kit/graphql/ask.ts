/** A subgraph's schema, queried as the gateway would. */
import { type GraphQLError, type GraphQLSchema, graphql } from 'graphql';
import { CallerFault } from '#contracts/result.ts';
import type { Viewer } from '#contracts/viewer.ts';

// biome-ignore lint/suspicious/noExplicitAny: the answer to whatever a test asks; its expectations are the check
export type Answer = { data: any; codes?: unknown[] };

export type Ask = (viewer: Viewer, source: string, variables?: Record<string, unknown>) => Promise<Answer>;

/** Data and error codes as JSON, so that tests can compare them. */
export const asking =
  (schema: GraphQLSchema, context: (viewer: Viewer) => unknown): Ask =>
  async (viewer, source, variableValues = {}) => {
    const { data, errors } = await graphql({ schema, source, variableValues, contextValue: context(viewer) });
    return JSON.parse(JSON.stringify({ data, codes: errors?.map(codeOf) }));
  };

/** A caller's fault gets its code at the server's edge (platform/graphql/serve.ts), which is not part of this. */
const codeOf = ({ extensions, originalError }: GraphQLError): unknown =>
  originalError instanceof CallerFault ? originalError.code : (extensions.code ?? originalError?.message);
