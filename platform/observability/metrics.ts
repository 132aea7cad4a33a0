/** Prometheus metrics of this process, served at `/metrics`. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { measureMemoryLimit } from '../process/memory-limit.ts';

export { Counter, Gauge, Histogram, Registry };

export const createMetrics = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  measureMemoryLimit(registry);
  return registry;
};

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly help: string;
  readonly labels: readonly string[];
}

/** All that this process measures. A scrape shows the labels only of what has already counted something. */
export const describeMetrics = (registry: Registry): readonly MetricDescription[] =>
  registry.getMetricsAsArray().map((metric) => {
    const { name, type, help, labelNames } = metric as unknown as MetricDescription & { labelNames: readonly string[] };
    return { name, type, help, labels: labelNames };
  });
