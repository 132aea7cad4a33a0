import { describe, expect, it } from 'vitest';
import { type KnownMetric, metricQueries, queryViolations } from './metric-queries.ts';
import { namesIn } from './promql.ts';

const rules = `
groups:
  - name: a
    rules:
      - record: job:things:rate5m
        expr: sum by (job) (rate(things_total{kind="x"}[5m]))
      - alert: TooManyThings
        expr: job:things:rate5m > 1
`;

const dashboard = JSON.stringify({
  templating: { list: [{ name: 'instance', query: { query: 'label_values(things_total{kind="y"}, instance)' } }] },
  annotations: { list: [{ name: 'Alerts', expr: 'ALERTS{alertstate="firing"}' }] },
  panels: [
    { title: 'A row' },
    { title: 'Things', targets: [{ expr: 'rate(took_seconds_bucket[$__rate_interval])' }, { expr: 'up' }] },
  ],
});

const found = metricQueries([
  { file: 'rules.yml', text: rules },
  { file: 'things.json', text: dashboard },
]);

it('finds every query of rules and dashboards, with the metrics it reads', () => {
  expect(found.map(({ file, name, series }) => [file, name, ...series.map(({ metric }) => metric)])).toEqual([
    ['rules.yml', 'job:things:rate5m', 'things_total'],
    ['rules.yml', 'TooManyThings', 'job:things:rate5m'],
    ['things.json', 'instance', 'things_total'],
    ['things.json', 'Alerts', 'ALERTS'],
    ['things.json', 'Things', 'took_seconds_bucket'],
    ['things.json', 'Things', 'up'],
  ]);
});

it('finds the labels an expression groups by, except those it creates itself', () => {
  expect(namesIn('count by (kind, job) (label_replace(up{job="a"} unless on (c) b, "kind", "$1", "", ""))')).toEqual({
    series: [
      { metric: 'up', labels: ['job'] },
      { metric: 'b', labels: [] },
    ],
    grouped: ['job', 'c'],
  });
});

it.each([
  ['sum({job="a"}) > 1', 'a selector without a metric name'],
  ['sum(a', 'syntax error'],
])('names the place of an expression it cannot judge: %s', (expression, message) => {
  const text = rules.replace('job:things:rate5m > 1', expression);
  expect(() => metricQueries([{ file: 'rules.yml', text }])).toThrow(`rules.yml, TooManyThings: ${message}`);
});

describe('a query', () => {
  const known: Record<string, KnownMetric> = {
    things_total: { type: 'counter', labels: ['kind'] },
    took_seconds: { type: 'histogram', labels: ['route'] },
  };
  const violations = (expr: string) =>
    queryViolations(
      [
        ...found,
        ...metricQueries([{ file: 'b.yml', text: JSON.stringify({ groups: [{ rules: [{ alert: 'B', expr }] }] }) }]),
      ],
      known,
    );

  it('may read metrics that are exported, recorded, or built into Prometheus', () => {
    expect(violations('sum by (route, le, service) (rate(took_seconds_bucket{route="a"}[5m])) / up{x="y"}')).toEqual(
      [],
    );
  });

  it.each([
    ['rate(thing_total[5m])', 'no process reports thing_total'],
    ['took_seconds > 1', 'no process reports took_seconds'],
    ['rate(things_total_bucket[5m])', 'no process reports things_total_bucket'],
    ['things_total{sort="x"}', 'things_total has no label sort'],
    ['took_seconds_count{le="1"}', 'took_seconds_count has no label le'],
    ['sum by (sort) (things_total)', 'none of its metrics has a label sort'],
  ])('may not read what no process reports: %s', (expression, violation) => {
    expect(violations(expression)).toEqual([`b.yml, B: ${violation}`]);
  });
});
