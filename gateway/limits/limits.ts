/**
 * Bounds of one operation: its variables before anything reads them, its shape during validation, then its cost, all
 * before planning. Tokens and bytes are bounded before parsing.
 */
import type { preHandlerAsyncHookHandler } from 'fastify';
import type { ValidationRule } from 'graphql';
import type { Logger } from '#platform/observability/log.ts';
import type { Registry } from '#platform/observability/metrics.ts';
import type { Step } from '../graphql/steps.ts';
import { costLimits, type PricedRequest } from './cost-limit.ts';
import { inputGate, refuseBatches } from './input-limits.ts';
import { rejections } from './rejections.ts';
import { shapeRule } from './shape-limits.ts';
import type { LimitsConfig } from './variables.ts';

interface Limits {
  /** Before anything else reads a body. */
  readonly gates: readonly preHandlerAsyncHookHandler[];
  readonly step: Step;
  readonly validationRules: readonly ValidationRule[];
  /** What a rate limit charges for a request: its maximum cost, unless it is refused. */
  readonly costOf: (request: PricedRequest) => number;
}

interface LimitsKit {
  readonly metrics: Registry;
  readonly log: Logger;
}

export const limits = (config: LimitsConfig, { metrics, log }: LimitsKit): Limits => {
  const isOff = config.LIMITS_MODE === 'off';
  const recording = rejections(config.LIMITS_MODE, metrics, log);
  const cost = costLimits(config, recording, metrics);
  return {
    costOf: cost.charge,
    validationRules: isOff ? [] : [shapeRule(config, recording)],
    gates: isOff ? [refuseBatches] : [refuseBatches, inputGate(config, recording)],
    step: {
      schemaLoaded: cost.priceSchema,
      ...(!isOff && {
        before: (operation) => {
          const refusal = cost.check(operation, { operationName: operation.operationName });
          if (refusal) throw refusal;
        },
        after: cost.reportCost,
      }),
    },
  };
};
