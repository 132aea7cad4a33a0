/** Every PromQL expression of Prometheus' rules and Grafana's dashboards, with its place and the names it rests on. */
import { parse } from 'yaml';
import { type Names, namesIn } from './promql.ts';

export interface QueryFile {
  /** Ends in `.yml` for rules, in `.json` for a dashboard. */
  readonly file: string;
  readonly text: string;
}

export interface MetricQuery extends Names {
  readonly file: string;
  /** The rule's, panel's or variable's. */
  readonly name: string;
  readonly expression: string;
  /** The rule that records it: known by this name to all others. */
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

/** Throws, with the place, where an expression cannot be read. */
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

/** The alerts of a file of rules. */
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

/** `label_values(series, label)` is Grafana's and not PromQL's: its label is one that the series must have. */
const variableQuery = (name: string, text: string): Found => {
  const [, expression, label] = /^label_values\((.+),\s*(\w+)\)$/s.exec(text) ?? [];
  if (!expression || !label) throw new Error(`the variable ${name} is not label_values(series, label): ${text}`);
  return { name, expression, grouped: [label] };
};
