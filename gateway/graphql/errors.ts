/** What a client may see of an error: a sentence, where, a code, and which service it came from. Nothing else. */
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../../platform/log.ts';

const masked = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };

/** Codes that mean "a bug, here or there": what they say is for the log. */
const bugs = new Set<unknown>([undefined, 'INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

/** For Apollo Server's `formatError`. A subgraph's codes pass as they are; its other extensions do not. */
export const errorFormatter =
  (log: Logger) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { code, service, serviceName } = formatted.extensions ?? {};
    const from = service ?? serviceName;
    const isBug = bugs.has(code);
    if (isBug) log.error({ err: error, subgraph: from, path: formatted.path }, 'operation failed');
    return {
      message: isBug ? masked.message : formatted.message,
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: {
        code: isBug ? masked.code : code,
        ...(typeof from === 'string' && { service: from }),
      },
    };
  };

/** An error that is told before GraphQL begins, in the form that a GraphQL client reads. */
export const errorBody = (code: string, message: string): { errors: GraphQLFormattedError[] } => ({
  errors: [{ message, extensions: { code } }],
});

export const maskedBody = errorBody(masked.code, masked.message);
