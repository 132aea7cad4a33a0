/** What a client may see of an error: a caller's fault with its code; of a bug or an outage only that there was one. */
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CallerFault } from '#contracts/result.ts';
import type { Logger } from '../observability/log.ts';
import { retryableError } from '../resilience/retryable-error.ts';

const maskedMessage = 'Something went wrong on our side.';

/**
 * For Apollo Server's `formatError`. What the caller may ask for again says so in its code. Bugs are logged whole and
 * leave masked, with code INTERNAL_SERVER_ERROR.
 */
export const errorFormatter =
  (log: Logger) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const original = unwrapResolverError(error);
    const where = {
      ...(formatted.path && { path: formatted.path }),
      ...(formatted.locations && { locations: formatted.locations }),
    };
    if (original instanceof CallerFault)
      return { message: original.message, ...where, extensions: { code: original.code } };
    // A GraphQLError thrown on purpose, or made by GraphQL itself from the caller's document or variables.
    const ours = original instanceof GraphQLError || (error instanceof GraphQLError && !error.originalError);
    const code = formatted.extensions?.code;
    if (ours && code !== 'INTERNAL_SERVER_ERROR')
      return {
        message: formatted.message,
        ...where,
        extensions: { code: typeof code === 'string' ? code : 'BAD_USER_INPUT' },
      };
    const passing = retryableError(original);
    if (passing) {
      log.warn({ err: passing.cause ?? passing, code: passing.code, path: formatted.path }, 'not served now');
      return { message: passing.message, ...where, extensions: { code: passing.code } };
    }
    log.error({ err: original, path: formatted.path }, 'resolver failed');
    return { message: maskedMessage, ...where, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
