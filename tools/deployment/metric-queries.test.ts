import { describe, expect, it } from 'vitest';
import { alertsIn, metricQueries } from './metric-queries.ts';
import { type KnownMetric, queryFaults } from './query-faults.ts';

const rules = `
groups:
  - name: a
    rules:
      - record: job:things:rate5m
        expr: sum by (job) (rate(things_total{kind="x"}[5m]))
      - alert: TooManyThings
        expr: job:things:rate5m > 1
        labels: { severity: critical }
        annotations: { summary: Too many }
`;

const dashboard = JSON.stringify({
  templating: { list: [{ name: 'instance', query: { query: 'label_values(things_total{kind="y"}, instance)' } }] },
  annotations: { list: [{ name: 'Alerts', expr: 'ALERTS{alertstate="firing"}' }] },
  panels: [
    { title: 'A row' },
    { title: 'Things', targets: [{ expr: 'rate(took_seconds_bucket[5m])' }, { expr: 'up' }] },
  ],
});

const found = metricQueries([
  { file: 'rules.yml', text: rules },
  { file: 'things.json', text: dashboard },
]);

describe('the queries of rules and dashboards', () => {
  it('are told with their places and the series that they read', () => {
    expect(found.map(({ file, name, series }) => [file, name, ...series.map(({ metric }) => metric)])).toEqual([
      ['rules.yml', 'job:things:rate5m', 'things_total'],
      ['rules.yml', 'TooManyThings', 'job:things:rate5m'],
      ['things.json', 'instance', 'things_total'],
      ['things.json', 'Alerts', 'ALERTS'],
      ['things.json', 'Things', 'took_seconds_bucket'],
      ['things.json', 'Things', 'up'],
    ]);
  });

  it('tell of a variable the label that it lists', () => {
    expect(found.find(({ name }) => name === 'instance')).toMatchObject({
      expression: 'things_total{kind="y"}',
      grouped: ['instance'],
    });
  });

  it('name the place of what cannot be read', () => {
    const text = rules.replace('job:things:rate5m > 1', 'sum({job="a"}) > 1');
    expect(() => metricQueries([{ file: 'rules.yml', text }])).toThrow(
      /^rules\.yml, TooManyThings: a selector without/,
    );
  });

  it('include the alerts, for whoever looks at their annotations', () => {
    expect(alertsIn(rules)).toMatchObject([{ alert: 'TooManyThings', annotations: { summary: 'Too many' } }]);
  });
});

describe('the faults of queries', () => {
  const known: Record<string, KnownMetric> = {
    things_total: { type: 'counter', labels: ['kind'] },
    took_seconds: { type: 'histogram', labels: ['route'] },
  };
  const faults = (expression: string, more: Record<string, KnownMetric> = {}) =>
    queryFaults([...found, ...asked(expression)], { ...known, ...more });
  const asked = (expr: string) =>
    metricQueries([{ file: 'b.yml', text: JSON.stringify({ groups: [{ rules: [{ alert: 'B', expr }] }] }) }]);

  it('are none where all is reported, recorded, or of Prometheus itself', () => {
    expect(faults('sum by (route, le, service) (rate(took_seconds_bucket{route="a"}[5m])) / up{x="y"}')).toEqual([]);
  });

  it.each([
    ['rate(thing_total[5m])', 'nobody reports thing_total'],
    ['took_seconds > 1', 'nobody reports took_seconds'],
    ['rate(things_total_bucket[5m])', 'nobody reports things_total_bucket'],
    ['things_total{sort="x"}', 'things_total has no label sort'],
    ['took_seconds_count{le="1"}', 'took_seconds_count has no label le'],
    ['sum by (sort) (things_total)', 'none of its metrics has a label sort'],
  ])('tell with its place what nobody reports: %s', (expression, fault) => {
    expect(faults(expression)).toEqual([`b.yml, B: ${fault}`]);
  });
});
