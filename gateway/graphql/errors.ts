/** What a client sees of an error: message, location, code and service. Nothing else. */
import type { GraphQLResponse } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { maskCardNumbers } from '#contracts/card-number.ts';
import { contextIfAny } from '#platform/observability/context.ts';
import type { Logger } from '#platform/observability/log.ts';
import { incrementalDelivery, isUnknownIncremental } from './incremental-delivery.ts';

const masked = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/** Codes of bugs: their messages go to the log only. */
const bugs = new Set<unknown>([undefined, 'INTERNAL_SERVER_ERROR', 'DOWNSTREAM_SERVICE_ERROR']);

/** Further extensions by code. */
const details = new Map<unknown, readonly string[]>([
  ['COST_LIMIT_EXCEEDED', ['requested', 'limit']],
  ['UNAUTHORIZED_FIELD_OR_TYPE', ['paths']],
]);

/**
 * For Apollo Server's `formatError`. Subgraph codes pass unchanged, their other extensions do not. `detail` adds the
 * original message to masked errors, for developers only.
 */
export const errorFormatter = (log: Logger, detail: boolean): FormatError => {
  const isNews = eachFaultOnce();
  return (given: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const formatted = isUnknownIncremental(error) ? asRefused(given) : given;
    const { service, serviceName, more } = formatted.extensions ?? {};
    const code = ruleCode(error) ?? formatted.extensions?.code;
    const from = service ?? serviceName;
    const isBug = bugs.has(code);
    if (isBug && isNews(error)) log.error({ err: error, subgraph: from, path: formatted.path }, 'operation failed');
    return {
      message: isBug ? masked.message : bounded(maskCardNumbers(withoutValues(formatted, error))),
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: {
        code: isBug ? masked.code : code,
        ...Object.fromEntries((details.get(code) ?? []).map((detail) => [detail, formatted.extensions?.[detail]])),
        ...(typeof from === 'string' && { service: from }),
        ...(more === true && { more }),
        ...(isBug && requestId()),
        ...(isBug && detail && { detail: maskCardNumbers(formatted.message) }),
      },
    };
  };
};

const asRefused = ({ locations }: GraphQLFormattedError): GraphQLFormattedError => ({
  message: incrementalDelivery.message,
  ...(locations && { locations }),
  extensions: { code: incrementalDelivery.code },
});

/** As Apollo Server does it: `extensions.http` of an error says what becomes of status and headers. */
export const formatErrors = (
  errors: readonly unknown[],
  head: GraphQLResponse['http'],
  format: FormatError,
): GraphQLFormattedError[] =>
  errors.map((error) => {
    const known = error instanceof GraphQLError ? error : unexpected(error);
    const { http, ...extensions } = known.extensions;
    if (isHead(http)) {
      if (http.status) head.status = http.status;
      for (const [name, value] of http.headers ?? []) head.headers.set(name, value);
    }
    return format({ ...known.toJSON(), extensions: { code: masked.code, ...extensions } }, error);
  });

const unexpected = (error: unknown): GraphQLError =>
  new GraphQLError(error instanceof Error ? error.message : `Unexpected error value: ${error}`, {
    originalError: error instanceof Error ? error : undefined,
  });

const isHead = (value: unknown): value is Partial<GraphQLResponse['http']> => {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as { status?: unknown; headers?: unknown };
  return (status === undefined || typeof status === 'number') && (headers === undefined || headers instanceof Map);
};

/** A failure that affects many fields has an error for each of them, but one log line. */
const eachFaultOnce = (): ((error: unknown) => boolean) => {
  const known = new WeakSet<object>();
  return (error) => {
    const fault = error instanceof GraphQLError ? error.originalError : undefined;
    if (!fault) return true;
    const isNews = !known.has(fault);
    known.add(fault);
    return isNews;
  };
};

/** Apollo Server gives all validation errors one code; our rules have more specific ones. */
const ruleCode = (error: unknown): unknown =>
  error instanceof GraphQLError && error.extensions.code === 'GRAPHQL_VALIDATION_FAILED'
    ? (error.originalError as Partial<GraphQLError> | undefined)?.extensions?.code
    : undefined;

// 300: a sentence or two. Longer messages only repeat names that the client has made up.
const longestMessage = 300;

const bounded = (message: string): string =>
  message.length > longestMessage ? `${message.slice(0, longestMessage - 1).toWellFormed()}…` : message;

const valueKinds = new Set<unknown>([
  Kind.VARIABLE,
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
]);

/**
 * graphql-js quotes values that do not fit, and text it cannot parse, which may contain passwords. Everything else it
 * quotes are names. (Variables are checked before: platform/graphql/operation-input.ts.)
 */
const withoutValues = ({ message, extensions }: GraphQLFormattedError, error: unknown): string => {
  if (extensions?.code === 'GRAPHQL_PARSE_FAILED')
    return message
      .replace(/\b(String|BlockString|Int|Float) "[\s\S]*"/, '$1')
      .replace(/(escape sequence|but got): "[\s\S]*"/, '$1 something else');
  const isAboutValue = error instanceof GraphQLError && valueKinds.has(error.nodes?.[0]?.kind);
  if (extensions?.code !== 'GRAPHQL_VALIDATION_FAILED' || !isAboutValue) return message;
  for (const [form, valueless] of valueMessages) if (form.test(message)) return message.replace(form, valueless);
  return 'The value does not have the expected type.';
};

const valueMessages: readonly (readonly [form: RegExp, valueless: string])[] = [
  [/^(Expected value of type "[^"]+"), found [\s\S]*$/, '$1.'],
  [/^((?:Enum "\w+"|\w+) cannot represent [\w -]*value)[\s\S]*$/, '$1.'],
  [/^Value "\w*" does not exist in ("\w+" enum)[\s\S]*$/, 'The value does not exist in $1.'],
  // These quote names and types only.
  [/^((?:Field|Variable) "[\s\S]*)$/, '$1'],
];

/** The body of an error that occurs before GraphQL, in the form that GraphQL clients read. */
export const errorBody = (code: string, message: string): { errors: GraphQLFormattedError[] } => ({
  errors: [{ message, extensions: { code } }],
});

/** The body of a bug that occurs before GraphQL. */
export const maskedBody = (): { errors: GraphQLFormattedError[] } => ({
  errors: [{ message: masked.message, extensions: { code: masked.code, ...requestId() } }],
});

/** For the client to quote in a bug report; the log lines have it too. */
const requestId = (): { requestId?: string } => {
  const context = contextIfAny();
  return context ? { requestId: context.correlationId } : {};
};
