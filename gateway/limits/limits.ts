/**
 * Bounds of one operation: its variables before anything reads them, its shape during validation, then its cost, all
 * before planning. Tokens and bytes are bounded before parsing.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { ValidationRule } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { costLimits, type ResolvedRequest } from './cost-limit.ts';
import { inputGate, refuseBatches } from './input-limits.ts';
import { rejections } from './rejections.ts';
import { shapeRule } from './shape-limits.ts';
import type { LimitsConfig } from './variables.ts';

interface Limits {
  readonly plugin: ApolloServerPlugin<RequestContext>;
  readonly validationRules: readonly ValidationRule[];
  /** What a rate limit charges for a request: its maximum cost, unless it is refused. */
  readonly costOf: (request: ResolvedRequest) => number;
}

interface LimitsKit {
  readonly http: FastifyInstance;
  readonly metrics: Registry;
  readonly log: Logger;
}

export const limits = (config: LimitsConfig, { http, metrics, log }: LimitsKit): Limits => {
  http.addHook('preHandler', refuseBatches);
  const isOff = config.LIMITS_MODE === 'off';
  const recording = rejections(config.LIMITS_MODE, metrics, log);
  if (!isOff) http.addHook('preHandler', inputGate(config, recording));
  const cost = costLimits(config, recording, metrics);
  return {
    costOf: cost.charge,
    validationRules: isOff ? [] : [shapeRule(config, recording)],
    plugin: {
      serverWillStart: async () => ({ schemaDidLoadOrUpdate: cost.priceSchema }),
      requestDidStart: async () =>
        isOff
          ? undefined
          : {
              didResolveOperation: async (context) => {
                const refusal = cost.check(context, { operationName: context.operationName });
                if (refusal) throw refusal;
              },
              willSendResponse: cost.reportCost,
            },
    },
  };
};
