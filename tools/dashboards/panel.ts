/** What a dashboard is made of, as data; `dashboard.ts` makes Grafana's JSON of it. */

/** Units as Grafana calls them. */
export type Unit = 'short' | 's' | 'bytes' | 'percentunit' | 'ops' | 'reqps' | 'cps';

export interface Query {
  readonly expression: string;
  /** What a line is called: `{{label}}`. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What is shown and what it means when it is high: there on the panel's (i). */
  readonly means: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Lines over time, when nothing is said. `stat`: the last value, large. `alerts`: what fires, as a table. */
  readonly as?: 'lines' | 'stacked' | 'stat' | 'alerts';
  /** From here on it is red; the same number as the alert's, where there is one. */
  readonly redFrom?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A choice at the top of a dashboard; queries use it as `$name`. */
export interface Variable {
  readonly name: string;
  /** `label_values(metric, label)`. */
  readonly values: string;
}

export interface Dashboard {
  /** The file's name and, with `agora-` before it, its address in Grafana. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

export const query = (expression: string, legend = ''): Query => ({ expression, legend });

/** Per second over four scrapes at least, however far one zooms out. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`;

/** A percentile of a histogram, for each combination of `labels`. */
export const percentile = (share: number, histogram: string, labels: readonly string[], matchers = ''): string =>
  `histogram_quantile(${share}, sum by (${[...labels, 'le'].join(', ')}) (${rate(`${histogram}_bucket${matchers}`)}))`;
