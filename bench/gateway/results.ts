/** What has been measured on this machine, by workload, so that a page can be made of several runs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import { versions } from './contenders/contenders.ts';
import type { Outcome } from './measure.ts';
import { type Row, rowsOf } from './report.ts';
import type { Setting, Workload } from './workloads.ts';

export interface Result {
  readonly workload: string;
  readonly bytes: number;
  readonly settings: readonly { readonly setting: Setting; readonly rows: readonly Row[] }[];
  readonly excluded: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly requests: number;
  readonly measuredAt: string;
  /** Of `gateway/`, as Git names it: the same wherever a commit has been moved to since. */
  readonly tree: string;
  readonly machine: string;
  /** Of the last minute, when it was over: what else the machine did. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

const root = path.join(import.meta.dirname, '../..');
const file = path.join(root, 'bench/results/gateway.json');

export const resultOf = (
  { name: workload }: Workload,
  { bytes, measured, excluded }: Outcome,
  { runs, requests }: { readonly runs: number; readonly requests: number },
): Result => ({
  workload,
  bytes,
  settings: measured.map((each) => ({ setting: each.setting, rows: rowsOf(each) })),
  excluded: Object.fromEntries(excluded),
  runs,
  requests,
  measuredAt: new Date().toISOString().slice(0, 10),
  tree: execFileSync('git', ['rev-parse', '--short', 'HEAD:gateway'], { cwd: root, encoding: 'utf8' }).trim(),
  machine: `${availableParallelism()} cores, ${cpus()[0]?.model.trim() || 'unnamed'}; Linux; Node ${process.versions.node}`,
  load: loadavg()[0] ?? Number.NaN,
  versions: versions(),
});

/** The newest result of each workload. */
export const keptResults = (): ReadonlyMap<string, Result> => {
  if (!existsSync(file)) return new Map();
  const results = JSON.parse(readFileSync(file, 'utf8')) as Result[];
  return new Map(results.map((result) => [result.workload, result]));
};

export const keepResult = (result: Result): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  const others = [...keptResults().values()].filter(({ workload }) => workload !== result.workload);
  writeFileSync(file, `${JSON.stringify([...others, result], null, 2)}\n`);
};
