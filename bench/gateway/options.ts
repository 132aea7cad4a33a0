import { parseArgs } from 'node:util';
import type { ContenderName } from './contenders/contenders.ts';

const help = (contenders: readonly string[], workloads: readonly string[]) => `usage: npm run bench:gateway [-- options]
  --only A,B      contenders and workloads to measure (all)
                  contenders: ${contenders.join(', ')}
                  workloads:  ${workloads.join(', ')}
  --requests N    in each run of each contender; fewer where answers are large (400)
  --runs N        of each contender, in turns with the others, after one that does not count (3)
  --write         writes docs/performance.md and its plot from the newest results of each workload with all contenders,
                  which are kept in bench/results; with --runs 0 nothing is measured before
Figures of a busy machine are ratios at best: CPU is that of the gateway's process alone, and turns are taken so that
each run has others beside it to be compared with. Linux only (/proc).`;

interface Known {
  readonly contenders: readonly ContenderName[];
  readonly workloads: readonly string[];
}

interface Options {
  readonly contenders: readonly ContenderName[];
  readonly workloads: readonly string[];
  readonly requests: number;
  readonly runs: number;
  readonly write: boolean;
}

/** Reads the command line. Prints help, or what is wrong, and ends the process when asked to or when it is. */
export const readOptions = (known: Known): Options => {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      only: { type: 'string', default: '' },
      requests: { type: 'string', default: '400' },
      runs: { type: 'string', default: '3' },
      write: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help(known.contenders, known.workloads));
    process.exit(0);
  }
  const words = values.only
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  const unknown = words.filter((word) => !known.workloads.includes(word) && !isOneOf(known.contenders, word));
  const complaints = [
    ...unknown.map((word) => `--only: there is neither a contender nor a workload ${word}`),
    ...(['requests', 'runs'] as const)
      .filter((name) => !isCount(values[name], name === 'runs' && values.write ? 0 : 1))
      .map((name) => `--${name} must be a whole number from 1`),
  ];
  if (complaints.length > 0) {
    for (const complaint of complaints) console.error(complaint);
    process.exit(2);
  }
  const chosen = <T extends string>(all: readonly T[]): readonly T[] => {
    const some = all.filter((name) => words.includes(name));
    return some.length > 0 ? some : all;
  };
  return {
    contenders: chosen(known.contenders),
    workloads: chosen(known.workloads),
    requests: Number(values.requests),
    runs: Number(values.runs),
    write: values.write,
  };
};

const isCount = (text: string, least: number): boolean => Number.isInteger(Number(text)) && Number(text) >= least;

const isOneOf = <T extends string>(all: readonly T[], word: string): word is T => all.some((one) => one === word);
