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
const promtoolHere = (): boolean => {
  if (found()) return true;
  if (process.env.CI === 'true') throw new Error('promtool is not installed, and CI must check the rules with it');
  process.stdout.write('promtool is not installed: the tests of Prometheus’ rules are skipped\n');
  return false;
};

/** Whether it was content, and what it said. */
const promtool = (...args: readonly string[]): { readonly ok: boolean; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { ok: status === 0, said: `${stdout}${stderr}` };
};

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const files = (pattern: string): string[] => globSync(pattern, { cwd: root }).toSorted();

const ruleFiles = files('deploy/prometheus/rules/*.yml');
const testFiles = files('deploy/prometheus/tests/*.test.yml');
const alerts = ruleFiles.flatMap((file) => alertsIn(read(file)));

describe.skipIf(!promtoolHere())('promtool', () => {
  it('accepts the configuration and all rules', () => {
    const { ok, said } = promtool('check', 'config', path.join(root, 'deploy/prometheus/prometheus.yml'));
    expect(ok, said).toBe(true);
    expect(said).toContain(`${ruleFiles.length} rule files found`);
  });

  it.each(testFiles)('finds that rules do what their tests say: %s', (file) => {
    const { ok, said } = promtool('test', 'rules', path.join(root, file));
    expect(ok, said).toBe(true);
  });

  it('accepts every query of the dashboards', () => {
    const queries = metricQueries(
      files('deploy/grafana/dashboards/*.json').map((file) => ({ file, text: read(file) })),
    );
    const rules = queries.map(({ expression }, index) => ({
      record: `query_${index}`,
      // What Grafana puts in at that place.
      expr: expression.replaceAll('$__rate_interval', '1m'),
    }));
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'agora-queries-')), 'queries.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const { ok, said } = promtool('check', 'rules', file);
    expect(ok, said).toBe(true);
    expect(said).toContain(`${queries.length} rules found`);
  });
});

describe('every alert', () => {
  const runbook = new Set([...read('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title)));
  const each = it.each(alerts.map((rule) => [rule.alert, rule] as const));

  each('says how grave it is, what it is, how much, and where to read on: %s', (name, { labels, annotations }) => {
    expect(labels.severity).toMatch(/^(critical|warning)$/);
    expect(annotations.summary).toMatch(/\w/);
    expect(annotations.description).toContain('$value');
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${name.toLowerCase()}`);
  });

  each('has an entry in the runbook: %s', (name) => {
    expect(runbook).toContain(name.toLowerCase());
  });

  each('is tested: fires when it should, and not when it should not: %s', (name) => {
    const said = expectations.filter(({ about }) => about.test(name));
    expect(said.some(({ fires }) => fires.test(name))).toBe(true);
    expect(said.some(({ fires }) => !fires.test(name))).toBe(true);
  });

  it('is somebody’s: no entry of the runbook’s alerts is left over from one that is gone', () => {
    const [, entries = ''] = read('docs/runbook.md').split(/^## Alerts$/m);
    const names = [...entries.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });
});

/** As GitHub makes them of a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

const nothing = /(?!)/;
const exactly = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

interface Scene {
  readonly alert_rule_test?: readonly { alertname: string; exp_alerts: readonly unknown[] }[];
  readonly promql_expr_test?: readonly { expr: string; exp_samples: readonly { labels: string }[] }[];
}

/** What the tests say of alerts at some moment: which are spoken of, and which of these fire. */
const expectations = testFiles.flatMap((file) =>
  (parse(read(file)) as { tests: readonly Scene[] }).tests.flatMap(
    ({ alert_rule_test = [], promql_expr_test = [] }) => [
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
    ],
  ),
);
