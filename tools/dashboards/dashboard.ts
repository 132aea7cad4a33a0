/** Makes Grafana's JSON of a dashboard. */
import type { Dashboard, Panel, Query, Row, Variable } from './panel.ts';

// As deploy/grafana/provisioning/datasources names it.
const prometheus = { type: 'prometheus', uid: 'prometheus' };

// Grafana's grid is 24 wide: three graphs, or six numbers, beside each other.
const gridWidth = 24;
const sizes = {
  lines: { w: 8, h: 8 },
  stacked: { w: 8, h: 8 },
  stat: { w: 4, h: 4 },
  alerts: { w: 24, h: 6 },
} as const;

/** The text of `deploy/grafana/dashboards/<name>.json`. */
export const dashboardJson = ({ name, title, about, variables, rows }: Dashboard): string =>
  `${JSON.stringify(
    {
      uid: `agora-${name}`,
      title: `Agora: ${title}`,
      description: about,
      tags: ['agora'],
      // The version of Grafana's format, not of this dashboard.
      schemaVersion: 39,
      editable: false,
      refresh: '30s',
      time: { from: 'now-1h', to: 'now' },
      timezone: 'browser',
      // Deploys and alerts are often the answer to "what happened at 14:05?".
      graphTooltip: 1,
      annotations: { list: [alertAnnotation] },
      links: [
        { type: 'dashboards', tags: ['agora'], title: 'Agora', asDropdown: true, includeVars: false, keepTime: true },
      ],
      templating: { list: variables.map(variableJson) },
      panels: placed(rows),
    },
    null,
    2,
  )}\n`;

const alertAnnotation = {
  name: 'Alerts',
  datasource: prometheus,
  enable: true,
  iconColor: 'red',
  expr: 'ALERTS{alertstate="firing", severity="critical"}',
  titleFormat: '{{alertname}}',
  step: '30s',
};

const variableJson = ({ name, values }: Variable) => ({
  name,
  label: name,
  type: 'query',
  datasource: prometheus,
  query: { query: values, refId: name },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  // Whatever there is, also what has gone since the list was made.
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
});

/** Left to right, then the next line; a row's title begins a line. */
const placed = (rows: readonly Row[]) => {
  let id = 0;
  let y = 0;
  return rows.flatMap(({ title, panels }) => {
    const head = { id: ++id, type: 'row', title, collapsed: false, gridPos: { x: 0, y: y++, w: gridWidth, h: 1 } };
    let x = 0;
    let lineHeight = 0;
    const body = panels.map((panel) => {
      const { w, h } = sizes[panel.as ?? 'lines'];
      if (x + w > gridWidth) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      const gridPos = { x, y, w, h };
      x += w;
      lineHeight = Math.max(lineHeight, h);
      return { id: ++id, ...panelJson(panel), gridPos };
    });
    y += lineHeight;
    return [head, ...body];
  });
};

const panelJson = (panel: Panel) => ({
  title: panel.title,
  description: panel.means,
  datasource: prometheus,
  targets: panel.queries.map((query, index) => target(query, index, panel.as === 'alerts')),
  ...look(panel),
});

const target = ({ expression, legend }: Query, index: number, instant: boolean) => ({
  refId: String.fromCharCode('A'.charCodeAt(0) + index),
  datasource: prometheus,
  expr: expression,
  legendFormat: legend || '__auto',
  ...(instant && { instant: true, range: false, format: 'table' }),
});

const look = ({ as = 'lines', unit, redFrom }: Panel) => {
  const steps = [{ color: 'green', value: null }, ...(redFrom === undefined ? [] : [{ color: 'red', value: redFrom }])];
  const defaults = { unit, min: 0, thresholds: { mode: 'absolute', steps } };
  if (as === 'alerts')
    return { type: 'table', fieldConfig: { defaults: {}, overrides: [] }, transformations: tidyTable };
  if (as === 'stat')
    return {
      type: 'stat',
      fieldConfig: { defaults: { ...defaults, noValue: '–' }, overrides: [] },
      options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
    };
  const custom = {
    fillOpacity: as === 'stacked' ? 30 : 5,
    stacking: { mode: as === 'stacked' ? 'normal' : 'none' },
    thresholdsStyle: { mode: redFrom === undefined ? 'off' : 'dashed' },
  };
  return {
    type: 'timeseries',
    fieldConfig: { defaults: { ...defaults, custom }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
};

const tidyTable = [
  { id: 'organize', options: { excludeByName: { Time: true, Value: true, __name__: true, alertstate: true } } },
];
