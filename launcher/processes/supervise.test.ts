import { afterEach, describe, expect, it } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { bornAt } from './processes.ts';
import { afterDeath, leaveDead, type Program, type Supervised, supervise } from './supervise.ts';

let watched: { lines: string[]; notices: string[]; pids: number[] };
let running: Supervised[] = [];

afterEach(async () => {
  await Promise.all(running.map((process) => process.kill()));
  running = [];
});

const run = (code: string, more: Partial<Program> = {}): Supervised => {
  watched = { lines: [], notices: [], pids: [] };
  const { lines, notices, pids } = watched;
  const program = { name: 'it', command: process.execPath, args: ['-e', code], env: process.env, cwd: process.cwd() };
  const supervised = supervise(
    { ...program, ...more },
    {
      onLine: (line) => lines.push(line),
      onNotice: (sentence) => notices.push(sentence),
      onStart: (pid) => pids.push(pid),
    },
  );
  running.push(supervised);
  supervised.start();
  return supervised;
};

const forever = 'setInterval(() => {}, 1000);';

describe('supervise', () => {
  it('passes on every line of both outputs, and the input', async () => {
    run(`process.stdin.on('data', (text) => { console.log('a\\nb'); console.error(String(text)); }); ${forever}`, {
      input: 'in',
    });
    await until('the lines', () => watched.lines.length === 3);
    expect(watched.lines.toSorted()).toEqual(['a', 'b', 'in']);
  });

  it('starts a process again that dies', async () => {
    const it = run(forever);
    await until('it runs', () => it.pid !== undefined);
    process.kill(it.pid ?? 0, 'SIGKILL');
    await until('it runs again', () => watched.pids.length === 2);
    expect(it.state).toBe('running');
    expect(watched.notices).toEqual(['died (SIGKILL); starting it again in 250 ms']);
  });

  it('leaves a dead process alone when that is the policy, until it is started by hand', async () => {
    const it = run('process.exit(3)', { policy: leaveDead });
    await until('it is dead', () => it.state === 'failed');
    expect(watched.notices).toEqual(['died (exit code 3) and is left alone now; see its last lines']);
    it.start();
    expect(it.state).toBe('running');
  });

  it.each([
    ['is not there', { command: '/nowhere/node' }, 'cannot be started (spawn /nowhere/node ENOENT)'],
    ['cannot be given its arguments', { args: ['\0'] }, 'cannot be started (The argument'],
  ])('says in a sentence that a program %s, and leaves it alone as its policy says', async (_, program, sentence) => {
    const it = run('', { ...program, policy: leaveDead });
    await until('it is given up', () => it.state === 'failed');
    expect(watched.notices).toEqual([expect.stringContaining(sentence)]);
    await it.stop(1_000);
  });

  it('stops with SIGTERM and does not come back', async () => {
    const it = run(
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(); }); console.log('up'); ${forever}`,
    );
    await until('it is up', () => watched.lines.includes('up'));
    await it.stop(5_000);
    expect(it.state).toBe('down');
    expect(watched).toMatchObject({ lines: ['up', 'bye'], notices: [] });
  });

  it('kills what does not stop in time', async () => {
    const it = run(`process.on('SIGTERM', () => {}); console.log('up'); ${forever}`);
    await until('it is up', () => watched.lines.includes('up'));
    await it.stop(50);
    expect(bornAt(watched.pids[0] ?? 0)).toBeUndefined();
    expect(watched.notices).toEqual(['did not stop within 50 ms and is killed']);
  });

  it('does not come back when it is stopped while it waits to be started again', async () => {
    const it = run('process.exit(1)');
    await until('it waits', () => it.state === 'restarting');
    await it.stop(1_000);
    await new Promise((resolve) => setTimeout(resolve, 400)); // longer than the delay before the first restart
    expect(watched.pids).toHaveLength(1);
  });
});

const minute = 60_000;

describe('afterDeath', () => {
  it('waits twice as long after each death', () => {
    const delays = [[1_000], [1_000, 2_000], [1_000, 2_000, 3_000]].map((deaths) => afterDeath(deaths, 3_000));
    expect(delays).toEqual([{ restartInMs: 250 }, { restartInMs: 500 }, { restartInMs: 1_000 }]);
  });

  it('gives up at the fifth death within a minute', () => {
    expect(afterDeath([1, 2, 3, 4], 5)).toEqual({ restartInMs: 2_000 });
    expect(afterDeath([1, 2, 3, 4, 5], 5)).toBe('give up');
  });

  it('forgets deaths that are more than a minute old', () => {
    expect(afterDeath([1, 2, 3, 4, 2 * minute], 2 * minute)).toEqual({ restartInMs: 250 });
  });
});
