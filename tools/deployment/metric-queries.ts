/** The PromQL of Prometheus' rules and Grafana's dashboards, checked against the metrics that the processes report. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Names, namesIn } from './promql.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface QueryFile {
  /** Ends in `.yml` for rules, in `.json` for a dashboard. */
  readonly file: string;
  readonly text: string;
}

/** The committed rules and dashboards. */
export const queryFiles = (): QueryFile[] =>
  globSync(['deploy/prometheus/rules/*.yml', 'deploy/grafana/dashboards/*.json'], { cwd: root })
    .toSorted()
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));

export interface MetricQuery extends Names {
  readonly file: string;
  /** The rule's, panel's or variable's. */
  readonly name: string;
  readonly expression: string;
  /** The name under which a recording rule stores its result. */
  readonly records?: string;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
type RecordingRule = { readonly record: string; readonly expr: string };
type RuleFile = { readonly groups: readonly { readonly rules: readonly (AlertRule | RecordingRule)[] }[] };

interface DashboardFile {
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: { readonly query: string } }[];
  };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

/** Throws, naming the place, for an expression that does not parse. */
export const metricQueries = (files: readonly QueryFile[]): readonly MetricQuery[] =>
  files.flatMap(({ file, text }) =>
    (file.endsWith('.json') ? dashboardQueries : ruleQueries)(text).map((found) => {
      try {
        return { file, ...namesIn(found.expression), ...found };
      } catch (error) {
        throw new Error(`${file}, ${found.name}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );

/** The alerts of a rule file. */
export const alertsIn = (text: string): readonly AlertRule[] => rulesIn(text).filter((rule) => 'alert' in rule);

const rulesIn = (text: string) => (parse(text) as RuleFile).groups.flatMap(({ rules }) => rules);

type Found = Pick<MetricQuery, 'name' | 'expression' | 'records'> & { readonly grouped?: readonly string[] };

const ruleQueries = (text: string): readonly Found[] =>
  rulesIn(text).map((rule) =>
    'alert' in rule
      ? { name: rule.alert, expression: rule.expr }
      : { name: rule.record, expression: rule.expr, records: rule.record },
  );

const dashboardQueries = (text: string): readonly Found[] => {
  const { templating, annotations, panels } = JSON.parse(text) as DashboardFile;
  return [
    ...templating.list.map(({ name, query }) => variableQuery(name, query.query)),
    ...annotations.list.flatMap(({ name, expr }) => (expr ? [{ name, expression: expr }] : [])),
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ name: title, expression: expr }))),
  ];
};

/** `label_values(series, label)` is Grafana's, not PromQL: the series must have the label. */
const variableQuery = (name: string, text: string): Found => {
  const [, expression, label] = /^label_values\((.+),\s*(\w+)\)$/s.exec(text) ?? [];
  if (!expression || !label) throw new Error(`the variable ${name} is not label_values(series, label): ${text}`);
  return { name, expression, grouped: [label] };
};

/** What processes report under a name: an entry of `tools/contracts/baseline/metrics.json`. */
export interface KnownMetric {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
}

/** What the processes of a running shop report, as last accepted by the contract check `metrics`. */
export const knownMetrics = (): Readonly<Record<string, KnownMetric>> =>
  JSON.parse(readFileSync(path.join(root, 'tools/contracts/baseline/metrics.json'), 'utf8'));

// Added to every series by Prometheus (job, instance) and by each of our processes (service).
const everywhere = ['job', 'instance', 'service'];
const builtIn = /^(?:up|ALERTS|ALERTS_FOR_STATE|(?:scrape|prometheus)_\w+)$/;

/** One sentence for each metric or label that no process reports. */
export const queryViolations = (
  queries: readonly MetricQuery[],
  known: Readonly<Record<string, KnownMetric>>,
): readonly string[] => {
  const recorded = new Set(queries.flatMap(({ records }) => records ?? []));
  const labelsOf = (metric: string): ReadonlySet<string> | 'any' | undefined => {
    if (recorded.has(metric) || builtIn.test(metric)) return 'any';
    const labels = reportedLabels(metric, known);
    return labels && new Set([...labels, ...everywhere]);
  };
  return queries.flatMap(({ file, name, series, grouped }) => {
    const selectors = series.map((selector) => ({ ...selector, has: labelsOf(selector.metric) }));
    const unknown = selectors.flatMap(({ metric, labels, has }) => {
      if (!has) return [`no process reports ${metric}`];
      return labels
        .filter((label) => has !== 'any' && !has.has(label))
        .map((label) => `${metric} has no label ${label}`);
    });
    const hasLabel = (label: string) =>
      selectors.some(({ has }) => has === undefined || has === 'any' || has.has(label));
    const ungrouped = grouped
      .filter((label) => !hasLabel(label))
      .map((label) => `none of its metrics has a label ${label}`);
    return [...new Set([...unknown, ...ungrouped])].map((violation) => `${file}, ${name}: ${violation}`);
  });
};

/** A histogram is reported under one name and queried as `_bucket`, `_sum` and `_count`. */
const reportedLabels = (
  metric: string,
  known: Readonly<Record<string, KnownMetric>>,
): readonly string[] | undefined => {
  const exact = known[metric];
  // A histogram has no series under its own name.
  if (exact) return exact.type === 'histogram' ? undefined : exact.labels;
  const [, base = '', part] = /^(.+)_(bucket|sum|count)$/.exec(metric) ?? [];
  const whole = known[base];
  if (!whole || (whole.type === 'summary' && part === 'bucket')) return undefined;
  if (whole.type !== 'histogram' && whole.type !== 'summary') return undefined;
  return part === 'bucket' ? [...whole.labels, 'le'] : whole.labels;
};
