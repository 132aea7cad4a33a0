import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { staleDashboards } from '../dashboards.ts';
import { dashboardJson } from './dashboard.ts';
import { dashboards } from './index.ts';
import { type Dashboard, type Panel, query } from './panel.ts';

interface Placed {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const panelsOf = (dashboard: Dashboard): readonly Placed[] => JSON.parse(dashboardJson(dashboard)).panels;
const overlap = ({ gridPos: a }: Placed, { gridPos: b }: Placed): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const all = dashboards.map((dashboard) => [dashboard.name, dashboard] as const);

describe('the dashboards', () => {
  it('that are committed are those that the tables give (npm run dashboards)', () => {
    expect(staleDashboards()).toEqual([]);
  });

  it('that have changed, or are nobody’s any more, are found', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'agora-dashboards-'));
    for (const dashboard of dashboards)
      writeFileSync(path.join(folder, `${dashboard.name}.json`), dashboardJson(dashboard));
    expect(staleDashboards(folder)).toEqual([]);
    writeFileSync(path.join(folder, 'saga.json'), '{}');
    writeFileSync(path.join(folder, 'gone.json'), '{}');
    expect(staleDashboards(folder)).toEqual(['saga.json', 'gone.json']);
  });

  it('each have a name of their own', () => {
    expect(new Set(dashboards.map(({ name }) => name)).size).toBe(dashboards.length);
  });

  it.each(all)('say of every panel what it means: %s', (_, { rows }) => {
    for (const { panels } of rows) for (const { means } of panels) expect(means).toMatch(/\w.*\./);
  });

  it.each(all)('have no two panels in one place, and none beyond the edge: %s', (_, dashboard) => {
    const panels = panelsOf(dashboard);
    const faulty = panels.filter(
      (panel) =>
        panel.gridPos.x + panel.gridPos.w > 24 || panels.some((other) => other !== panel && overlap(panel, other)),
    );
    expect(faulty.map(({ title }) => title)).toEqual([]);
  });
});

describe('a panel', () => {
  const panel: Panel = {
    title: 'Things',
    unit: 's',
    means: 'High.',
    redFrom: 2,
    queries: [query('a'), query('b', '{{c}}')],
  };
  const shown = (of: Panel) =>
    JSON.parse(dashboardJson({ name: 'x', title: 'x', about: '', variables: [], rows: [{ title: 'R', panels: [of] }] }))
      .panels[1];

  it('is a graph over time with a line for each series, red from where its alert fires', () => {
    expect(shown(panel)).toMatchObject({
      type: 'timeseries',
      description: 'High.',
      targets: [
        { refId: 'A', expr: 'a', legendFormat: '__auto' },
        { refId: 'B', expr: 'b', legendFormat: '{{c}}' },
      ],
      fieldConfig: { defaults: { unit: 's', thresholds: { steps: [{ color: 'green' }, { color: 'red', value: 2 }] } } },
    });
  });

  it('may be one large number instead', () => {
    expect(shown({ ...panel, as: 'stat' })).toMatchObject({ type: 'stat', gridPos: { w: 4, h: 4 } });
  });
});
