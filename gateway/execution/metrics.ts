import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { type Unsupported, unsupported } from './plan.ts';

export interface ExecutionMetrics {
  readonly fellBack: (why: Unsupported) => void;
}

export const executionMetrics = (metrics: Registry): ExecutionMetrics => {
  const fallbacks = new Counter({
    name: 'agora_gateway_execution_fallbacks_total',
    help: 'Operations executed by the stock executor, by what the compiled one lacks',
    labelNames: ['reason'],
    registers: [metrics],
  });
  for (const reason of unsupported) fallbacks.inc({ reason }, 0);
  return { fellBack: (reason) => fallbacks.inc({ reason }) };
};
