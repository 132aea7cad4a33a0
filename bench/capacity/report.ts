/** The figures as one table: a row for each meter, a column for each kind of load. */
import type { Ceiling } from './ceilings.ts';
import type { OrderTimes } from './database-meters.ts';
import { type Meters, namesOf, perMinuteAndCore } from './meters.ts';
import type { Phase } from './phase.ts';

export interface Measured {
  readonly transport: string;
  readonly cores: number;
  readonly atOnce: number;
  readonly linesPerOrder: number;
  readonly phases: readonly Phase[];
  readonly orderTimes: Readonly<Record<string, OrderTimes>>;
  readonly idle: { readonly perSecond: Meters; readonly peakBytes: Meters };
  readonly ceilings: readonly Ceiling[];
}

interface Section {
  readonly kind: string;
  readonly title: string;
  readonly format: (value: number) => string;
}

const whole = (value: number): string => String(Math.round(value));
const seconds = (value: number): string => value.toFixed(2);
const kib = (value: number): string => whole(value / 1_024);
const mib = (value: number): string => whole(value / 1_048_576);

const sections: readonly Section[] = [
  { kind: 'cpu', title: 'CPU seconds', format: seconds },
  { kind: 'statements', title: 'SQL statements', format: whole },
  { kind: 'transactions', title: 'transactions', format: whole },
  { kind: 'wal bytes', title: 'write-ahead log, KiB', format: kib },
  { kind: 'database bytes', title: 'databases grew by, KiB', format: kib },
  { kind: 'lock ms', title: 'locking stock, ms in SQL', format: whole },
  { kind: 'published', title: 'messages published', format: whole },
  { kind: 'handled', title: 'messages handled', format: whole },
  { kind: 'failed tries', title: 'tries that failed', format: whole },
  { kind: 'redis', title: 'Redis', format: whole },
];

const nameWidth = 34;
const columnWidth = 15;

const row = (name: string, cells: readonly string[]): string =>
  `${name.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(columnWidth)).join('')}`;

const namesIn = (columns: readonly Meters[], kind: string): string[] => [
  ...new Set(columns.flatMap((column) => namesOf(column, kind))),
];

/** What a meter shows; a dash where a load takes no more than idling does. */
const cell = (column: Meters, name: string, format: Section['format']): string => {
  const text = format(column[name] ?? 0);
  return Number(text) > 0 ? text : '–';
};

const section = (columns: readonly Meters[], { kind, title, format }: Section): string[] => {
  const rows = namesIn(columns, kind)
    .map((name) => ({ name, cells: columns.map((column) => cell(column, `${kind}/${name}`, format)) }))
    .filter(({ cells }) => cells.some((text) => text !== '–'));
  return rows.length === 0 ? [] : [title, ...rows.map(({ name, cells }) => row(`  ${name}`, cells))];
};

export const usageTable = ({ phases, idle }: Measured): string => {
  const aMinute = Object.fromEntries(Object.entries(idle.perSecond).map(([name, value]) => [name, value * 60]));
  const columns = [...phases.map(({ perThousand }) => perThousand), aMinute];
  const peaks = [...phases.map(({ peakBytes }) => peakBytes), idle.peakBytes];
  return [
    row('per 1,000', [...phases.map(({ name }) => name), 'idle, a minute']),
    ...sections.flatMap((each) => section(columns, each)),
    'most memory, MiB',
    ...[...new Set(peaks.flatMap(Object.keys))].map((name) =>
      row(
        `  ${name}`,
        peaks.map((column) => mib(column[name] ?? 0)),
      ),
    ),
  ].join('\n');
};

/** Of the first load: which tables grow, by how many rows each, and what a row takes with its indexes. */
export const growthTable = ({ phases }: Measured): string => {
  const used = phases[0]?.perThousand ?? {};
  const rows = namesOf(used, 'rows')
    .map((name) => ({ name, added: used[`rows/${name}`] ?? 0, bytes: used[`table bytes/${name}`] ?? 0 }))
    .filter(({ added }) => added > 50)
    .map(({ name, added, bytes }) => row(`  ${name}`, [(added / 1_000).toFixed(2), kib(bytes), whole(bytes / added)]));
  return [row(`tables, for each of ${phases[0]?.name}`, ['rows', 'KiB per 1,000', 'bytes a row']), ...rows].join('\n');
};

const pace = ({ name, count, perMinute, machineBusy, cores }: Phase, times: OrderTimes | undefined): string => {
  const busiest = namesOf(cores, 'cpu')
    .map((who) => ({ who, share: cores[`cpu/${who}`] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 4)
    .map(({ who, share }) => `${who} ${share.toFixed(2)}`);
  const until = times ? `; CONFIRMED after p50 ${whole(times.p50Ms)} ms, p95 ${whole(times.p95Ms)} ms` : '';
  return `  ${name}: ${count} at ${whole(perMinute)} a minute${until}; machine ${whole(100 * machineBusy)} % busy; cores: ${busiest.join(', ')}`;
};

export const paceLines = ({ phases, orderTimes }: Measured): string =>
  ['Pace, on this machine as busy as it was:', ...phases.map((phase) => pace(phase, orderTimes[phase.name]))].join(
    '\n',
  );

export const coreLines = ({ phases }: Measured): string => {
  const [first] = phases;
  const rates = first ? perMinuteAndCore(first.perThousand).filter(({ name }) => name !== 'the load itself') : [];
  return [
    `What one core would do of ${first?.name}, a minute (1 ÷ CPU seconds):`,
    ...rates.map(({ name, perMinute }) => `  ${name.padEnd(nameWidth - 2)}${whole(perMinute).padStart(columnWidth)}`),
  ].join('\n');
};

export const ceilingLines = ({ ceilings }: Measured): string =>
  [
    'What only one can do at a time, a second:',
    ...ceilings.map(
      ({ what, perSecond, note }) => `  ${what.padEnd(62)}${whole(perSecond).padStart(8)}${note ? `  ${note}` : ''}`,
    ),
  ].join('\n');

export const asText = (measured: Measured): string =>
  [
    `Events over ${measured.transport}; ${measured.cores} cores; ${measured.atOnce} customers at once, ${measured.linesPerOrder} line(s) an order.`,
    usageTable(measured),
    growthTable(measured),
    coreLines(measured),
    ...(measured.ceilings.length > 0 ? [ceilingLines(measured)] : []),
    paceLines(measured),
  ].join('\n\n');
