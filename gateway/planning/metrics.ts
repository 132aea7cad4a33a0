import { Counter, type Registry } from '#platform/observability/metrics.ts';

const reasons = ['overloaded', 'timed_out', 'crashed', 'known'] as const;
export type Refused = (typeof reasons)[number];

export interface PlanningMetrics {
  readonly refused: (reason: Refused) => void;
}

export const planningMetrics = (metrics: Registry): PlanningMetrics => {
  const refused = new Counter({
    name: 'agora_gateway_plans_refused_total',
    help: 'Documents that were not planned: too many waited, they took too long, they ended the planner, or had done so before',
    labelNames: ['reason'],
    registers: [metrics],
  });
  for (const reason of reasons) refused.inc({ reason }, 0);
  return { refused: (reason) => refused.inc({ reason }) };
};
