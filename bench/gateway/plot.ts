/** How many times as fast as the stock gateway each contender is, a row of dots for each workload, on a logarithmic axis. */
import { type ContenderName, contenders } from './contenders/contenders.ts';
import type { Result } from './results.ts';

const colours: Readonly<Record<ContenderName, string>> = {
  stock: '#79706e',
  hive: '#edc948',
  'hive-rust': '#f28e2b',
  bff: '#4e79a7',
  proxy: '#bab0ac',
  'agora-bare': '#e15759',
  agora: '#b07aa1',
};
const named = Object.entries(colours) as [ContenderName, string][];

const [width, left, rowHeight, top] = [860, 200, 26, 78];
/** Of the axis, in multiples of the stock gateway. */
const [least, most] = [0.25, 64];
const ticks = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

const x = (times: number): number => {
  const share = Math.log2(Math.min(most, Math.max(least, times)) / least) / Math.log2(most / least);
  return Math.round(left + share * (width - left - 20));
};

export const plotOf = (results: readonly Result[]): string => {
  const height = top + results.length * rowHeight + 20;
  const axis = ticks.map(
    (times) =>
      `<line x1="${x(times)}" x2="${x(times)}" y1="${top - 10}" y2="${height - 20}" stroke="${times === 1 ? '#79706e' : '#ddd'}"/><text x="${x(times)}" y="${height - 6}" text-anchor="middle">${times} ×</text>`,
  );
  const legend = named.map(([name, colour], at) => {
    const [column, line] = [at % 3, Math.floor(at / 3)];
    const from = 10 + column * 280;
    return `<circle cx="${from}" cy="${14 + line * 18}" r="5" fill="${colour}"/><text x="${from + 10}" y="${18 + line * 18}">${contenders[name].title}</text>`;
  });
  const rows = results.map((result, at) => rowOf(result, top + at * rowHeight + rowHeight / 2));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#333">
<title>CPU per request as a multiple of the stock gateway</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${[...legend, ...axis, ...rows].join('\n')}
</svg>
`;
};

/** The first setting of a workload: the spread as a line, the median as a dot. */
const rowOf = ({ workload, settings }: Result, y: number): string => {
  const marks = (settings[0]?.rows ?? []).flatMap(({ contender, timesStock }) => {
    // In a file what is not finite is null.
    if (!timesStock || !Number.isFinite(timesStock.median)) return [];
    const colour = colours[contender];
    return [
      `<line x1="${x(timesStock.least)}" x2="${x(timesStock.most)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>`,
      `<circle cx="${x(timesStock.median)}" cy="${y}" r="5" fill="${colour}"/>`,
    ];
  });
  return `<text x="10" y="${y + 4}">${workload}</text>${marks.join('')}`;
};
