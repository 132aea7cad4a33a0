/**
 * Bounds of what one operation may ask for: its shape while it is validated, then its variables and its cost, all before
 * anything is planned or called. Tokens and bytes were bounded before it was parsed.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { ValidationRule } from 'graphql';
import type { Logger } from '../../platform/log.ts';
import type { Registry } from '../../platform/metrics.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { refuseBatches } from './batches.ts';
import { costLimits, type ResolvedRequest } from './cost-limits.ts';
import { type Rejections, rejections, tooMany } from './rejections.ts';
import { shapeRule } from './shape-limits.ts';
import type { LimitsConfig } from './variables.ts';
import { variablesSize } from './variables-size.ts';

export interface Limits {
  readonly plugin: ApolloServerPlugin<RequestContext>;
  readonly validationRules: readonly ValidationRule[];
  /** What a rate limit takes for the operation of a request: what it may cost at most, unless it is refused. */
  readonly costOf: (request: ResolvedRequest) => number;
}

export interface LimitsKit {
  readonly http: FastifyInstance;
  readonly metrics: Registry;
  readonly log: Logger;
}

export const limits = (config: LimitsConfig, { http, metrics, log }: LimitsKit): Limits => {
  http.addHook('preHandler', refuseBatches);
  const isOff = config.LIMITS_MODE === 'off';
  const recording = rejections(config.LIMITS_MODE, metrics, log);
  const cost = costLimits(config, recording, metrics);
  return {
    costOf: cost.charge,
    validationRules: isOff ? [] : [shapeRule(config, recording)],
    plugin: {
      serverWillStart: async () => ({ schemaDidLoadOrUpdate: cost.learn }),
      requestDidStart: async () =>
        isOff
          ? undefined
          : {
              didResolveOperation: async (context) => {
                const of = { operationName: context.operationName };
                const refusal =
                  checkVariables(config, recording, context.request.variables ?? {}, of) ?? cost.check(context, of);
                if (refusal) throw refusal;
              },
              willSendResponse: cost.tell,
            },
    },
  };
};

const checkVariables = (
  config: LimitsConfig,
  { record }: Rejections,
  variables: object,
  of: Readonly<Record<string, unknown>>,
) => {
  const most = { bytes: config.LIMIT_VARIABLES_BYTES, depth: config.LIMIT_VARIABLES_DEPTH };
  const { bytes, depth } = variablesSize(variables, most);
  if (bytes > most.bytes) return record('VARIABLES', tooMany('VARIABLES', bytes, most.bytes), of);
  if (depth > most.depth) return record('VARIABLES_DEPTH', tooMany('VARIABLES_DEPTH', depth, most.depth), of);
  return undefined;
};
