/** What a client may see of an error: a sentence, where, a code, and which service it came from. Nothing else. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { contextIfAny } from '../../platform/context.ts';
import type { Logger } from '../../platform/log.ts';

const masked = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };

/** Codes that mean "a bug, here or there": what they say is for the log. */
const bugs = new Set<unknown>([undefined, 'INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

/** Codes of the gateway's own that say more than a sentence does. */
const details = new Map<unknown, readonly string[]>([['COST_LIMIT_EXCEEDED', ['requested', 'limit']]]);

/**
 * For Apollo Server's `formatError`. A subgraph's codes pass as they are; its other extensions do not. With `detail` a
 * masked error tells what it was, for developers: never where clients are strangers.
 */
export const errorFormatter =
  (log: Logger, detail: boolean) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { service, serviceName } = formatted.extensions ?? {};
    const code = ruleCode(error) ?? formatted.extensions?.code;
    const from = service ?? serviceName;
    const isBug = bugs.has(code);
    if (isBug) log.error({ err: error, subgraph: from, path: formatted.path }, 'operation failed');
    return {
      message: isBug ? masked.message : formatted.message,
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: {
        code: isBug ? masked.code : code,
        ...Object.fromEntries((details.get(code) ?? []).map((detail) => [detail, formatted.extensions?.[detail]])),
        ...(typeof from === 'string' && { service: from }),
        ...(isBug && requestId()),
        ...(isBug && detail && { detail: formatted.message }),
      },
    };
  };

/** Apollo Server gives each error of validation one code; a rule of ours says more precisely what it is. */
const ruleCode = (error: unknown): unknown =>
  error instanceof GraphQLError && error.extensions.code === 'GRAPHQL_VALIDATION_FAILED'
    ? (error.originalError as Partial<GraphQLError> | undefined)?.extensions?.code
    : undefined;

/** An error that is told before GraphQL begins, in the form that a GraphQL client reads. */
export const errorBody = (code: string, message: string): { errors: GraphQLFormattedError[] } => ({
  errors: [{ message, extensions: { code } }],
});

/** What a client is told of a bug that came before GraphQL. */
export const maskedBody = (): { errors: GraphQLFormattedError[] } => ({
  errors: [{ message: masked.message, extensions: { code: masked.code, ...requestId() } }],
});

/** Whoever reports a bug has something to quote, and the log has its lines under it. */
const requestId = (): { requestId?: string } => {
  const context = contextIfAny();
  return context ? { requestId: context.correlationId } : {};
};
