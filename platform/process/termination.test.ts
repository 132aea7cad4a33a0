import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { bornAt, signalProcess } from '#launcher/processes/processes.ts';

const module = JSON.stringify(path.join(import.meta.dirname, 'termination.ts'));
const begun: { child: ChildProcess; lines: string[]; ended: Promise<unknown[]> }[] = [];

afterAll(() => {
  for (const { child } of begun) if (child.pid) signalProcess(child.pid, 'SIGKILL');
});

const run = (command: string, args: string[], env: NodeJS.ProcessEnv) => {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const it = { child, lines, ended: once(child, 'exit') };
  begun.push(it);
  return it;
};

const program = (code: string) =>
  `import { beforeExit, firstInterrupt } from ${module}; ${code} console.log(process.pid); setInterval(() => {}, 1000);`;
const sayGone = "beforeExit(async () => console.log('undone'));";
const { npm_lifecycle_event: _, ...withoutNpm } = process.env;

describe.concurrent('beforeExit', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('undoes what was begun, the last first, on %s', async (signal, code) => {
    const undo = "beforeExit(async () => console.log('first')); beforeExit(async () => console.log('second'));";
    const { child, lines, ended } = run(process.execPath, ['-e', program(undo)], withoutNpm);
    await until('it runs', () => lines.length === 1);
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(lines.slice(1)).toEqual(['second', 'first']);
  });

  it('undoes all of it though the program fails meanwhile, because what it worked with is being stopped', async () => {
    const undo = `
      const { promise: work, reject: fail } = Promise.withResolvers();
      void work.then(() => undefined);
      beforeExit(() => new Promise((r) => setTimeout(() => r(console.log('undone')), 200)));
      beforeExit(async () => fail(new Error('its database is gone')));`;
    const { child, lines, ended } = run(process.execPath, ['-e', program(undo)], withoutNpm);
    await until('it runs', () => lines.length === 1);
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect(lines.slice(1)).toEqual(['undone']);
  });

  it('leaves signals alone when there is nothing to undo any more', async () => {
    const code = program("beforeExit(async () => console.log('undone'))();");
    const { child, lines, ended } = run(process.execPath, ['-e', code], withoutNpm);
    await until('it runs', () => lines.length === 1);
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('lets the first Ctrl-C ask for the results, and ends at the second', async () => {
    const code = program(`${sayGone} firstInterrupt().onabort = () => console.log('asked');`);
    const { child, lines, ended } = run(process.execPath, ['-e', code], withoutNpm);
    await until('it runs', () => lines.length === 1);
    child.kill('SIGINT');
    await until('it was asked', () => lines.includes('asked'));
    // Again and again: what comes at once counts as the same.
    const pressing = setInterval(() => child.kill('SIGINT'), 200);
    expect(await ended.finally(() => clearInterval(pressing))).toEqual([130, null]);
    expect(lines.slice(1)).toEqual(['asked', 'undone']);
  });
});

// As npm does it: a shell between, which dies of the signal that npm sends and does not pass it on.
describe.concurrent('a process whose shell is gone', () => {
  const inShell = async (env: NodeJS.ProcessEnv, code = sayGone, and = (_pid: number) => {}) => {
    const { child, lines } = run('sh', ['-c', `'${process.execPath}' -e "$CODE"; true`], {
      ...env,
      CODE: program(code),
    });
    await until('it runs', () => lines.length === 1);
    child.kill('SIGTERM');
    and(Number(lines[0]));
    return { pid: Number(lines[0]), lines };
  };

  it('ends in order when npm started it', async () => {
    const { pid, lines } = await inShell({ ...withoutNpm, npm_lifecycle_event: 'start' });
    await until('it is gone', () => bornAt(pid) === undefined);
    expect(lines.slice(1)).toEqual(['undone']);
  });

  it('undoes all of it though the signal reaches both, as from `timeout`', async () => {
    const slowly = "beforeExit(() => new Promise((r) => setTimeout(() => r(console.log('undone')), 1_200)));";
    const { pid, lines } = await inShell({ ...withoutNpm, npm_lifecycle_event: 'start' }, slowly, (pid) => {
      signalProcess(pid, 'SIGTERM');
      signalProcess(pid, 'SIGTERM');
    });
    await until('it is gone', () => bornAt(pid) === undefined);
    expect(lines.slice(1)).toEqual(['undone']);
  });

  it('goes on when npm has nothing to do with it, as under nohup', async () => {
    const { pid } = await inShell(withoutNpm);
    await new Promise((resolve) => setTimeout(resolve, 1_200)); // longer than two looks at the parent
    expect(bornAt(pid)).toBeDefined();
    signalProcess(pid, 'SIGKILL');
  });
});
