import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertsIn, metricQueries } from '#tools/deployment/metric-queries.ts';

const found = (): boolean => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Whether tests may use promtool. Without it they are skipped with one line; in CI a missing one is a failure. */
const hasPromtool = (): boolean => {
  if (found()) return true;
  if (process.env.CI === 'true') throw new Error('promtool is not installed, and CI must check the rules with it');
  process.stdout.write('promtool is not installed: the tests of Prometheus’ rules are skipped\n');
  return false;
};

/** Whether it succeeded, and its output. */
const promtool = (...args: readonly string[]): { readonly ok: boolean; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout}${stderr}` };
};

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).toSorted();

const ruleFiles = files('deploy/prometheus/rules/*.yml');
const testFiles = files('deploy/prometheus/tests/*.test.yml');
const alerts = ruleFiles.flatMap((file) => alertsIn(read(file)));

describe.skipIf(!hasPromtool())('promtool', () => {
  it('accepts the configuration and all rules', () => {
    const { ok, output } = promtool('check', 'config', path.join(root, 'deploy/prometheus/prometheus.yml'));
    expect(ok, output).toBe(true);
    expect(output).toContain(`${ruleFiles.length} rule files found`);
  });

  it.each(testFiles)('passes the tests of the rules: %s', (file) => {
    const { ok, output } = promtool('test', 'rules', path.join(root, file));
    expect(ok, output).toBe(true);
  });

  it('accepts every query of the dashboards', () => {
    const queries = metricQueries(
      files('deploy/grafana/dashboards/*.json').map((file) => ({ file, text: read(file) })),
    );
    const rules = queries.map(({ expression }, index) => ({
      record: `query_${index}`,
      // What Grafana substitutes.
      expr: expression.replaceAll('$__rate_interval', '1m'),
    }));
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'agora-queries-')), 'queries.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const { ok, output } = promtool('check', 'rules', file);
    expect(ok, output).toBe(true);
    expect(output).toContain(`${queries.length} rules found`);
  });
});

describe('every alert', () => {
  const runbook = new Set([...read('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title)));
  const each = it.each(alerts.map((rule) => [rule.alert, rule] as const));

  each('has a severity, a summary, a value and a runbook link: %s', (name, { labels, annotations }) => {
    expect(labels.severity).toMatch(/^(critical|warning)$/);
    expect(annotations.summary).toMatch(/\w/);
    expect(annotations.description).toContain('$value');
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${name.toLowerCase()}`);
  });

  each('has a runbook entry: %s', (name) => {
    expect(runbook).toContain(name.toLowerCase());
  });

  each('is tested both firing and not firing: %s', (name) => {
    const tested = expectations.filter(({ about }) => about.test(name));
    expect(tested.some(({ fires }) => fires.test(name))).toBe(true);
    expect(tested.some(({ fires }) => !fires.test(name))).toBe(true);
  });

  it('is the subject of each runbook entry: none is left over from a removed alert', () => {
    const [, entries = ''] = read('docs/runbook.md').split(/^## Alerts$/m);
    const names = [...entries.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });
});

/** The anchor that GitHub derives from a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

const nothing = /(?!)/;
const exactly = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

interface Case {
  readonly alert_rule_test?: readonly { alertname: string; exp_alerts: readonly unknown[] }[];
  readonly promql_expr_test?: readonly { expr: string; exp_samples: readonly { labels: string }[] }[];
}

/** What the promtool tests expect: the alerts they are about, and which of these fire. */
const expectations = testFiles.flatMap((file) =>
  (parse(read(file)) as { tests: readonly Case[] }).tests.flatMap(({ alert_rule_test = [], promql_expr_test = [] }) => [
    ...alert_rule_test.map(({ alertname, exp_alerts }) => ({
      about: exactly(alertname),
      fires: exp_alerts.length > 0 ? exactly(alertname) : nothing,
    })),
    ...promql_expr_test.flatMap(({ expr, exp_samples }) => {
      const [, name] = /ALERTS\{alertname=~?"([^"]+)"/.exec(expr) ?? [];
      if (!name) return [];
      const named = exp_samples.flatMap(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1] ?? name);
      return [{ about: exactly(name), fires: named.length > 0 ? exactly(named.join('|')) : nothing }];
    }),
  ]),
);
