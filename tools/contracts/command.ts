/** The command behind `npm run contracts`, apart from the process it runs in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { subgraphNames } from '#ops/services.ts';
import { type Check, reaches, runCheck, type Severity, severities, type Verdict } from './check.ts';
import { checks } from './checks/index.ts';
import { withProposal } from './graph.ts';
import { junit, line, markdown, summary } from './report.ts';
import { isSubgraphName, openWorkspace, type Workspace } from './workspace.ts';

const help = `usage: npm run contracts [-- <check>…] [options]
  Checks the contracts between the graph, its clients, its messages and its databases.
  Without a name all checks run; those that need a running shop start one.

  --offline              only checks that need nothing running (seconds)
  --subgraph <name> --sdl <file>
                         what if this were the SDL of that subgraph? Composes it with the others and reports what
                         breaks for whom, before any code is written. Writes nothing. Offline checks only.
  --fail-on <severity>   ${severities.join(', ')}: exit with 1 from this on (violation)
  --json                 the verdicts as JSON on standard output
  --summarise <file>     runs nothing: prints the verdicts that --json wrote as Markdown, for a job summary
  --junit <file>         as JUnit XML into a file, beside what is printed
  --accept               rewrites the baselines of the named checks (default: all) to the current state, and lists
                         the changes for review (npm run contracts:accept)
  --list                 the names of the checks

Exit code: 0 passed, 1 a finding at --fail-on or worse, 2 invalid arguments.
Checks: ${checks.map(({ name }) => name).join(', ')}`;

const options = {
  offline: { type: 'boolean' },
  subgraph: { type: 'string' },
  sdl: { type: 'string' },
  'fail-on': { type: 'string', default: 'violation' },
  json: { type: 'boolean' },
  summarise: { type: 'string' },
  junit: { type: 'string' },
  accept: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

class UsageError extends Error {}

const argumentsIn = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const chosenChecks = (names: readonly string[], offlineOnly: boolean): readonly Check[] => {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0)
    throw new UsageError(`There is no check ${unknown.join(', ')}; npm run contracts -- --list names them.`);
  const chosen = names.length > 0 ? checks.filter(({ name }) => names.includes(name)) : checks;
  const usable = offlineOnly ? chosen.filter(({ needs }) => needs === 'files') : chosen;
  if (usable.length === 0) throw new UsageError(`${names.join(', ')} needs a running shop.`);
  return usable;
};

const severityOf = (text: string): Severity => {
  const severity = severities.find((known) => known === text);
  if (!severity) throw new UsageError(`--fail-on ${text}: it is one of ${severities.join(', ')}.`);
  return severity;
};

const proposedWorkspace = (workspace: Workspace, subgraph: string | undefined, file: string | undefined): Workspace => {
  if (subgraph === undefined || file === undefined) throw new UsageError('--subgraph and --sdl belong together.');
  if (!isSubgraphName(subgraph))
    throw new UsageError(`There is no subgraph ${subgraph}; there are ${subgraphNames.join(', ')}.`);
  try {
    return withProposal(workspace, subgraph, file, readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code)
      throw new UsageError(`--sdl ${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    throw error;
  }
};

const verdictsIn = (file: string): Verdict[] => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Verdict[];
  } catch (error) {
    throw new UsageError(`--summarise ${file}: holds no verdicts (${(error as Error).message}).`);
  }
};

export interface Terminal {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Is given what has to be closed when the command is interrupted. */
  readonly onStop: (close: () => Promise<void>) => void;
}

/** Runs the command; gives its exit code. */
export const contractsCommand = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    return await answer(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.complain(`contracts: ${error.message}`);
    return 2;
  }
};

const answer = async (args: readonly string[], { write, onStop }: Terminal): Promise<number> => {
  const { values, positionals } = argumentsIn(args);
  if (values.help) return print(write, help);
  if (values.summarise !== undefined) return print(write, markdown(verdictsIn(values.summarise)));
  if (values.list)
    return print(
      write,
      checks.map(({ name, needs, title }) => `${name.padEnd(20)} ${needs.padEnd(7)} ${title}`).join('\n'),
    );
  const limit = severityOf(values['fail-on']);
  const isProposal = values.subgraph !== undefined || values.sdl !== undefined;
  const chosen = chosenChecks(positionals, isProposal || values.offline === true);
  const today = openWorkspace();
  if (isProposal && values.accept) throw new UsageError('A proposal cannot be accepted before it is written.');
  onStop(today.close);
  const workspace = isProposal ? proposedWorkspace(today, values.subgraph, values.sdl) : today;
  if (values.accept) return await accept(chosen, today, write).finally(today.close);
  const verdicts: Verdict[] = [];
  try {
    for (const check of chosen) {
      const verdict = await runCheck(check, workspace);
      verdicts.push(verdict);
      if (!values.json) write(line(verdict));
    }
  } finally {
    await today.close();
  }
  if (values.junit) writeFileSync(values.junit, junit(verdicts));
  write(values.json ? JSON.stringify(verdicts, null, 2) : `\n${summary(verdicts)}`);
  return reaches(verdicts, limit) ? 1 : 0;
};

const accept = async (chosen: readonly Check[], workspace: Workspace, write: Terminal['write']): Promise<0> => {
  for (const { name, accept: rewrite } of chosen) {
    const changes = rewrite ? await rewrite(workspace) : undefined;
    if (changes) write(`${name}: ${changes.length === 0 ? 'nothing has changed' : `\n  ${changes.join('\n  ')}`}`);
  }
  return 0;
};

const print = (write: Terminal['write'], text: string): 0 => {
  write(text);
  return 0;
};
