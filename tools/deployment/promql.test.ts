import { describe, expect, it } from 'vitest';
import { namesIn } from './promql.ts';

const metrics = (expression: string) => namesIn(expression).series.map(({ metric }) => metric);

describe('the names in a PromQL expression', () => {
  it.each<[string, string[]]>([
    ['up', ['up']],
    ['up == 0 or absent(up{job="a"})', ['up', 'up']],
    ['sum by (outcome) (rate(operations_total[5m]))', ['operations_total']],
    ['sum(rate(operations_total[5m])) by (outcome)', ['operations_total']],
    ['histogram_quantile(0.95, sum by (le) (rate(took_seconds_bucket[$__rate_interval])))', ['took_seconds_bucket']],
    [
      'job:errors:ratio_rate5m > 14.4 * 0.001 and job:errors:ratio_rate1h > 1e-3',
      ['job:errors:ratio_rate5m', 'job:errors:ratio_rate1h'],
    ],
    ['max_over_time(up{job="auditor"}[1d]) unless on (job) up', ['up', 'up']],
    ['rate(a_total[5m:1m] offset 1h) / ignoring (x) group_left (y) b_total', ['a_total', 'b_total']],
    ['a == bool 1 # and a comment about c_total\n + b', ['a', 'b']],
    ['a @ 1609746000 - Inf', ['a']],
    ['topk(10, a_total) > $threshold', ['a_total']],
  ])('of %s are %j', (expression, expected) => {
    expect(metrics(expression)).toEqual(expected);
  });

  it('are not what stands in strings, whatever their quotes', () => {
    expect(namesIn(`a{x="b{c=\\"d\\"}",y!~'e|f',z=\`g"\`} + h`).series).toEqual([
      { metric: 'a', labels: ['x', 'y', 'z'] },
      { metric: 'h', labels: [] },
    ]);
  });

  it('are told with the labels that are grouped by', () => {
    expect(namesIn('sum without (a) (x) / on (b, c) group_left (d) max by (e) (y)').grouped).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });

  it('leave out the labels that the expression makes itself', () => {
    const expression =
      'count by (kind, job) (label_replace(up{job="a"} unless on (job) b{c="d"}, "kind", "$1", "", ""))';
    expect(namesIn(expression)).toEqual({
      series: [
        { metric: 'up', labels: ['job'] },
        { metric: 'b', labels: ['c'] },
      ],
      grouped: ['job'],
    });
  });

  it.each(['{job="a"}', 'sum({__name__=~"a.*"})'])('cannot be told of a selector without one: %s', (expression) => {
    expect(() => namesIn(expression)).toThrow("without a metric's name");
  });

  it('cannot be told of what is no PromQL', () => {
    expect(() => namesIn('a ? b')).toThrow('unreadable from "? b"');
  });
});
