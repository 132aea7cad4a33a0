import { describe, expect, it } from 'vitest';
import { knownMetrics, metricQueries, queryViolations } from '../../deployment/metric-queries.ts';
import { compared, type ReportedMetrics, scrapeFaults, together } from './metrics.ts';
import { workspace } from './seeded.ts';

const agreed = workspace.baseline.json<ReportedMetrics>('metrics.json');
const name = 'agora_queue_messages';

const changesOf = (change: Partial<ReportedMetrics[string]> | undefined, of = name) => {
  const { [of]: metric, ...others } = agreed;
  if (!metric) throw new Error(`${of} is not in the baseline`);
  return compared(change ? { ...others, [of]: { ...metric, ...change } } : others, agreed).map(
    ({ severity, subject, message }) => `${severity} ${subject} ${message}`,
  );
};

describe('the check', () => {
  it('names a metric that vanished, and one that nobody has agreed on', () => {
    expect(changesOf(undefined)).toEqual([
      `violation ${name} is no longer reported: dashboards and alerts that query it find nothing.`,
    ]);
    const { [name]: _, ...before } = agreed;
    expect(compared(agreed, before)).toMatchObject([
      { severity: 'violation', subject: name, message: 'is new, and has not been agreed on.' },
    ]);
  });

  it('names a label, a service and a type that changed', () => {
    expect(
      changesOf({ labels: ['queue', 'place'], services: ['order', 'payment', 'product'], type: 'counter' }),
    ).toEqual([
      expect.stringContaining('was a gauge and is a counter'),
      expect.stringContaining('has lost its label state'),
      expect.stringContaining('has a new label place'),
      expect.stringContaining('is no longer reported by user'),
    ]);
    expect(changesOf({ services: [...(agreed[name]?.services ?? []), 'gateway'] })).toEqual([
      expect.stringContaining('is now reported by gateway'),
    ]);
    expect(changesOf({ help: 'Otherwise.' })).toEqual([
      expect.stringMatching(/^warning .* has another description; it was: Messages/),
    ]);
  });

  it('compares metrics of Node itself by name and type only', () => {
    const ofNode = 'nodejs_eventloop_lag_seconds';
    expect(changesOf({ labels: ['thread'], help: 'Otherwise.', services: [] }, ofNode)).toEqual([]);
    expect(changesOf({ type: 'histogram' }, ofNode)).toHaveLength(1);
    expect(changesOf(undefined, ofNode)).toHaveLength(1);
  });
});

describe('a scrape', () => {
  const described = [
    { name: 'lamps_total', type: 'counter', help: 'Lamps.', labels: ['colour'] },
    { name: 'lamp_seconds', type: 'histogram', help: 'Light.', labels: [] },
  ] as const;
  const scrape = `# HELP lamps_total Lamps.
# TYPE lamps_total counter
lamps_total{colour="a \\"red\\" one",service="shop"} 1
# TYPE lamp_seconds histogram
lamp_seconds_bucket{le="+Inf",service="shop"} 1
lamp_seconds_sum{service="shop"} 0.5
`;

  it('is as it is described', () => {
    expect(scrapeFaults(scrape, described)).toEqual([]);
  });

  it('reports where it is not', () => {
    const without = scrape
      .replace('# TYPE lamps_total counter', '# TYPE lamps_total gauge')
      .replace('colour=', 'size=');
    expect(scrapeFaults(`${without}# TYPE chairs gauge\n`, described)).toEqual([
      'lamps_total is a counter, and a scrape shows gauge',
      'chairs is not described',
      'lamps_total has an undescribed label size',
    ]);
    expect(scrapeFaults('', described)[0]).toContain('a scrape shows nothing of it');
  });

  it('of several services makes one entry a metric', () => {
    expect(together({ b: described, a: [described[1]] })).toEqual({
      lamp_seconds: { type: 'histogram', help: 'Light.', labels: [], services: ['a', 'b'] },
      lamps_total: { type: 'counter', help: 'Lamps.', labels: ['colour'], services: ['b'] },
    });
  });
});

it('lists known metrics for the deployment check', () => {
  const asks = (expression: string) =>
    queryViolations(
      metricQueries([{ file: 'rules.yml', text: `groups: [{name: a, rules: [{record: x, expr: '${expression}'}]}]` }]),
      knownMetrics(),
    );
  expect(asks('sum by (le, route) (rate(http_request_duration_seconds_bucket{status="500"}[1m]))')).toEqual([]);
  expect(asks('max by (rule) (agora_audit_violations)')).toEqual([]);
  expect(asks('agora_audit_violations{order="x"}')).toHaveLength(1);
  expect(asks('http_request_duration_seconds')).toHaveLength(1);
});
