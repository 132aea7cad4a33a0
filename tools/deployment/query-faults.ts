/** Whether what dashboards and alerts ask for is there to be asked for. */
import type { MetricQuery } from './metric-queries.ts';

/** What a process reports under a name: of `tools/contracts/baseline/metrics.json`. */
export interface KnownMetric {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
}

// What Prometheus adds to each series, and what each of our processes does.
const everywhere = ['job', 'instance', 'service'];

const ofPrometheus = /^(?:up|ALERTS|ALERTS_FOR_STATE|(?:scrape|prometheus)_\w+)$/;

/** One sentence for each name or label that nobody reports; empty when all is well. */
export const queryFaults = (
  queries: readonly MetricQuery[],
  known: Readonly<Record<string, KnownMetric>>,
): readonly string[] => {
  const recorded = new Set(queries.flatMap(({ records }) => records ?? []));
  // Undefined: a series whose labels are not ours to say.
  const labelsOf = (metric: string): ReadonlySet<string> | 'any' | undefined => {
    if (recorded.has(metric) || ofPrometheus.test(metric)) return 'any';
    const labels = reportedLabels(metric, known);
    return labels && new Set([...labels, ...everywhere]);
  };
  return queries.flatMap(({ file, name, series, grouped }) => {
    const there = series.map((selector) => ({ ...selector, has: labelsOf(selector.metric) }));
    const faults = there.flatMap(({ metric, labels, has }) => {
      if (!has) return [`nobody reports ${metric}`];
      return labels
        .filter((label) => has !== 'any' && !has.has(label))
        .map((label) => `${metric} has no label ${label}`);
    });
    const hasLabel = (label: string) => there.some(({ has }) => has === undefined || has === 'any' || has.has(label));
    const strays = grouped
      .filter((label) => !hasLabel(label))
      .map((label) => `none of its metrics has a label ${label}`);
    return [...new Set([...faults, ...strays])].map((fault) => `${file}, ${name}: ${fault}`);
  });
};

/** A histogram is reported under one name and read under three. */
const reportedLabels = (
  metric: string,
  known: Readonly<Record<string, KnownMetric>>,
): readonly string[] | undefined => {
  const exact = known[metric];
  // Under its own name a histogram has no series at all.
  if (exact) return exact.type === 'histogram' ? undefined : exact.labels;
  const [, base = '', part] = /^(.+)_(bucket|sum|count)$/.exec(metric) ?? [];
  const whole = known[base];
  if (!whole || (whole.type === 'summary' && part === 'bucket')) return undefined;
  if (whole.type !== 'histogram' && whole.type !== 'summary') return undefined;
  return part === 'bucket' ? [...whole.labels, 'le'] : whole.labels;
};
