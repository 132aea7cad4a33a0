/** Tables of what was measured. */
import { quantile, type Spread, spread, timesAsFast } from './arithmetic.ts';
import type { ContenderName } from './contenders/contenders.ts';
import { contenders } from './contenders/contenders.ts';
import type { Measured, Run } from './measure.ts';

/** A contender's figures under one setting: medians of its runs. Plain, so that they can be kept in a file. */
export interface Row {
  readonly contender: ContenderName;
  readonly cpuMs: Spread;
  /** Undefined when the stock gateway was not measured beside it. */
  readonly timesStock?: Spread;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly memoryMib: number;
  readonly subgraphRequests: number;
}

export const rowsOf = ({ runs }: Measured): Row[] => {
  const stock = runs.get('stock')?.map(({ cpuMs }) => cpuMs);
  return [...runs].map(([contender, own]) => {
    const cpu = own.map(({ cpuMs }) => cpuMs);
    const middle = (of: (run: Run) => number) => spread(own.map(of)).median;
    return {
      contender,
      cpuMs: spread(cpu),
      ...(stock && { timesStock: timesAsFast(stock, cpu) }),
      perSecond: middle(({ perSecond }) => perSecond),
      p50Ms: middle(({ latenciesMs }) => quantile(latenciesMs, 0.5)),
      p95Ms: middle(({ latenciesMs }) => quantile(latenciesMs, 0.95)),
      p99Ms: middle(({ latenciesMs }) => quantile(latenciesMs, 0.99)),
      memoryMib: Math.max(...own.map(({ residentBytes }) => residentBytes)) / 1_048_576,
      subgraphRequests: middle(({ subgraphRequests }) => subgraphRequests),
    };
  });
};

const heads = [
  'contender',
  'CPU ms/request',
  '× stock',
  'least–most',
  'requests/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'memory MiB',
  'subgraph requests',
];

const cellsOf = (row: Row): string[] => [
  contenders[row.contender].title,
  digits(row.cpuMs.median),
  row.timesStock ? digits(row.timesStock.median) : '–',
  row.timesStock ? `${digits(row.timesStock.least)}–${digits(row.timesStock.most)}` : '–',
  row.perSecond.toFixed(row.perSecond < 10 ? 1 : 0),
  digits(row.p50Ms),
  digits(row.p95Ms),
  digits(row.p99Ms),
  row.memoryMib.toFixed(0),
  digits(row.subgraphRequests),
];

/** Three digits are more than any of these figures is good for. Not finite, and null in a file: a run too short for its ticks. */
const digits = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
};

export const markdownTable = (rows: readonly Row[]): string => {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|---|${'---:|'.repeat(heads.length - 1)}`, ...rows.map((row) => line(cellsOf(row)))].join('\n');
};

export const plainTable = (rows: readonly Row[]): string => {
  const lines = [heads, ...rows.map(cellsOf)];
  const widths = heads.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const pad = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  return lines.map(pad).join('\n');
};
