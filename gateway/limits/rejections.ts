/** What happens to an operation beyond a limit: refused, or only logged, by `LIMITS_MODE`. */
import { GraphQLError } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import { Counter, type Registry } from '#platform/observability/metrics.ts';

/** What each limit counts; its code is `<NAME>_LIMIT_EXCEEDED`. */
const nouns = {
  DEPTH: 'levels of fields',
  ROOT_FIELD: 'fields at the top',
  FIELD: 'fields, with its fragments written out',
  ALIAS: 'aliases',
  DIRECTIVE: 'directives',
  FRAGMENT: 'fragments',
  VARIABLES: 'bytes of variables',
  VARIABLES_DEPTH: 'levels in its variables',
  VARIABLES_VALUES: 'values in its variables',
  EXTENSIONS: 'bytes of extensions',
  EXTENSIONS_DEPTH: 'levels in its extensions',
  EXTENSIONS_VALUES: 'values in its extensions',
} as const;

export type CountedLimit = keyof typeof nouns;
type Limit = CountedLimit | 'COST';

export interface Rejections {
  /** Returns the refusal if it is to be enforced. `of` identifies the operation in the log. */
  record(limit: Limit, refusal: GraphQLError, of: Readonly<Record<string, unknown>>): GraphQLError | undefined;
}

export const rejections = (mode: 'enforce' | 'measure' | 'off', metrics: Registry, log: Logger): Rejections => {
  const counter = new Counter({
    name: 'agora_gateway_limit_rejections_total',
    help: 'Operations beyond a limit: refused, or let through in mode measure.',
    labelNames: ['limit', 'mode'],
    registers: [metrics],
  });
  return {
    record: (limit, refusal, of) => {
      counter.inc({ limit: limit.toLowerCase(), mode });
      if (mode === 'enforce') return refusal;
      log.warn({ limit, ...of }, `would be refused: ${refusal.message}`);
      return undefined;
    },
  };
};

export const tooMany = (limit: CountedLimit, value: number, maximum: number): GraphQLError =>
  refusal(limit, `The operation has ${value} ${nouns[limit]}; ${maximum} are allowed.`, {});

export const tooExpensive = (requested: number, limit: number, who: string): GraphQLError =>
  refusal(
    'COST',
    `The operation may cost ${requested}; ${limit} is allowed for ${who}. Ask for smaller pages, or for less of each item.`,
    { requested, limit },
  );

/** A cost would not tell the client that pages of this size do not exist. */
export const pageTooLarge = (coordinate: string, argument: string, largest: number): GraphQLError =>
  new GraphQLError(`"${argument}" of ${coordinate} must be from 1 to ${largest}.`, {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });

const refusal = (limit: Limit, message: string, details: Readonly<Record<string, number>>): GraphQLError =>
  new GraphQLError(message, {
    extensions: { code: `${limit}_LIMIT_EXCEEDED`, ...details, http: { status: 400 } },
  });
