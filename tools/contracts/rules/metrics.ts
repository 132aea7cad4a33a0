/** What the processes of a shop measure, put together by name. */
import type { MetricDescription } from '#platform/observability/metrics.ts';

export interface Reported extends Omit<MetricDescription, 'name'> {
  /** Who reports it: the values of the label `service`, which every series has beside these. */
  readonly services: readonly string[];
}

export type ReportedMetrics = Readonly<Record<string, Reported>>;

/** Ordered by name, labels and services, so that a committed copy differs where the metrics do. */
export const together = (byService: Readonly<Record<string, readonly MetricDescription[]>>): ReportedMetrics => {
  const all = new Map<string, Reported>();
  for (const [service, metrics] of Object.entries(byService))
    for (const { name, type, help, labels } of metrics) {
      const services = [...(all.get(name)?.services ?? []), service].toSorted();
      all.set(name, { type, help, labels: [...labels].toSorted(), services });
    }
  return Object.fromEntries([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

const headLine = /^# TYPE (\S+) (\S+)$/gm;
const seriesLine = /^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\} \S+$/;

/** Sentences about what a scrape shows otherwise than it is described; none when all is well. */
export const scrapeFaults = (scrape: string, described: readonly MetricDescription[]): readonly string[] => {
  const shown = new Map([...scrape.matchAll(headLine)].map(([, name = '', type = '']) => [name, type]));
  const labels = new Map(described.map((metric) => [metric.name, new Set([...metric.labels, 'service', 'le'])]));
  const heads = described
    .filter(({ name, type }) => shown.get(name) !== type)
    .map(({ name, type }) => `${name} is a ${type}, and a scrape shows ${shown.get(name) ?? 'nothing of it'}`);
  const strays = [...shown.keys()].filter((name) => !labels.has(name)).map((name) => `${name} is not described`);
  const unlabelled = scrape.split('\n').flatMap((line) => {
    const [, base = '', text = ''] = seriesLine.exec(line) ?? [];
    const known = labels.get(base);
    const names = [...text.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, name = '']) => name);
    return known
      ? names.filter((name) => !known.has(name)).map((name) => `${base} has an undescribed label ${name}`)
      : [];
  });
  return [...heads, ...strays, ...new Set(unlabelled)];
};
