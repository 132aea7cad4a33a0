/** The metrics and labels that a PromQL expression reads, from the syntax tree of Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql';

/** One selector of an expression. */
export interface Series {
  readonly metric: string;
  /** The labels it selects by. */
  readonly labels: readonly string[];
}

export interface Names {
  readonly series: readonly Series[];
  /** The labels in by, without, on, ignoring and group_left, except those that label_replace or label_join create. */
  readonly grouped: readonly string[];
}

/** Throws on a syntax error, and on a selector without a metric name: nothing could be said about what it selects. */
export const namesIn = (expression: string): Names => {
  // Grafana substitutes its variables before Prometheus parses; inside strings they are left alone.
  const text = expression.replaceAll('$__rate_interval', '1m');
  const series: Series[] = [];
  const grouped = new Set<string>();
  const created = new Set<string>();
  parser.parse(text).iterate({
    enter: ({ type, node, from, to }) => {
      const texts = (name: string) => node.getChildren(name).map((child) => text.slice(child.from, child.to));
      if (type.isError) throw new Error(`syntax error at "${text.slice(from, from + 20)}" in: ${expression}`);
      if (type.name === 'VectorSelector') {
        const [metric] = texts('Identifier');
        if (!metric) throw new Error(`a selector without a metric name in: ${expression}`);
        const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
        const labels = matchers.map((matcher) => matcher.getChild('LabelName'));
        series.push({ metric, labels: labels.map((label) => text.slice(label?.from, label?.to)) });
      }
      if (type.name === 'GroupingLabels') for (const label of texts('LabelName')) grouped.add(label);
      if (type.name === 'FunctionCall' && /^label_(replace|join)\b/.test(text.slice(from, to))) {
        const label = node.getChild('FunctionCallBody')?.getChild('StringLiteral');
        if (label) created.add(text.slice(label.from + 1, label.to - 1));
      }
    },
  });
  return { series, grouped: [...grouped].filter((label) => !created.has(label)) };
};
