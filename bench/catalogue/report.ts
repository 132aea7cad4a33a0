/** What was measured, as a table and as a plot. */
import type { Cost } from './measure.ts';

export interface Measured {
  readonly variants: number;
  readonly products: number;
  readonly databaseMiB: number;
  readonly loadSeconds: number;
  readonly costs: readonly Cost[];
}

const number = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));

/** A row for each kind: p50, p95 and CPU at each size, and how much the largest shop's are of the smallest's. */
export const asTable = (sizes: readonly Measured[]): string => {
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  const head = ['', ...sizes.flatMap(({ variants }) => [`${variants} p50`, 'p95', 'CPU']), 'p50 ×', 'p95 ×', 'CPU ×'];
  const rows = (smallest?.costs ?? []).map(({ kind }) => {
    const costs = sizes.map((size) => size.costs.find((cost) => cost.kind === kind));
    const growth = (of: (cost: Cost) => number) => {
      const [from, to] = [costs[0], costs.at(-1)];
      return from && to && smallest !== largest ? (of(to) / of(from)).toFixed(1) : '';
    };
    return [
      kind,
      ...costs.flatMap((cost) => (cost ? [cost.p50Ms, cost.p95Ms, cpu(cost)].map(number) : ['–', '–', '–'])),
      ...[growth(({ p50Ms }) => p50Ms), growth(({ p95Ms }) => p95Ms), growth(cpu)],
    ];
  });
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => (row[at] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join('  '),
    )
    .join('\n');
};

const cpu = ({ productMs, postgresMs }: Cost): number => productMs + postgresMs;

const [width, height, left, bottom] = [900, 520, 60, 40];
const legendWidth = 260;
const colours = [
  '#4e79a7',
  '#f28e2b',
  '#e15759',
  '#76b7b2',
  '#59a14f',
  '#edc948',
  '#b07aa1',
  '#ff9da7',
  '#9c755f',
  '#79706e',
];

/** p95 of each kind over the size of the catalogue, both logarithmic. */
export const asSvg = (sizes: readonly Measured[]): string => {
  const kinds = sizes[0]?.costs.map(({ kind }) => kind) ?? [];
  const times = sizes.flatMap(({ costs }) => costs.map(({ p95Ms }) => p95Ms));
  const [low, high] = [Math.floor(Math.log10(Math.min(...times))), Math.ceil(Math.log10(Math.max(100, ...times)))];
  const [from, to] = [Math.log10(sizes[0]?.variants ?? 1), Math.log10(sizes.at(-1)?.variants ?? 10)];
  const x = (variants: number) =>
    left + ((Math.log10(variants) - from) / Math.max(to - from, 1e-9)) * (width - left - legendWidth);
  const y = (ms: number) => height - bottom - ((Math.log10(ms) - low) / (high - low)) * (height - bottom - 20);
  const grid = Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)).map(
    (ms) =>
      `<line x1="${left}" x2="${width - legendWidth}" y1="${y(ms)}" y2="${y(ms)}" stroke="#ddd"/><text x="${left - 6}" y="${y(ms) + 4}" text-anchor="end">${ms} ms</text>`,
  );
  const ticks = sizes.map(
    ({ variants }) =>
      `<text x="${x(variants)}" y="${height - bottom + 18}" text-anchor="middle">${variants.toLocaleString('en')}</text>`,
  );
  const lines = kinds.map((kind, at) => {
    const colour = colours[at % colours.length];
    const points = sizes.flatMap(({ variants, costs }) => {
      const cost = costs.find((each) => each.kind === kind);
      return cost ? [[x(variants), y(cost.p95Ms)] as const] : [];
    });
    const dash = at < colours.length ? '' : ' stroke-dasharray="5 3"';
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${points.map((point) => point.map((each) => each.toFixed(1)).join(',')).join(' ')}"/>`,
      ...points.map(([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour}"/>`),
      `<line x1="${width - legendWidth + 20}" x2="${width - legendWidth + 44}" y1="${26 + at * 22}" y2="${26 + at * 22}" stroke="${colour}" stroke-width="2"${dash}/>`,
      `<text x="${width - legendWidth + 50}" y="${30 + at * 22}">${kind}</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...grid,
    ...ticks,
    `<text x="${left}" y="${height - 6}">variants; p95 of each kind of question</text>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
};
