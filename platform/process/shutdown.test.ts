/** In a process of its own each time, because the end of a process is what this is about. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

/** A process with these shutdown steps; its lines are what it prints. */
const running = async (steps: string, { deadlineMs = 5_000, supervised = false } = {}) => {
  const program = `
    import { pino } from 'pino';
    import { onShutdown } from '${import.meta.dirname}/shutdown.ts';
    const shutdown = onShutdown(pino({ level: 'silent' }), ${deadlineMs});
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    ${steps}
    setInterval(() => undefined, 1_000);
    console.log('up');`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', ...(supervised ? (['ipc'] as const) : [])],
  });
  if (!child.stdout) throw new Error('the process has no output');
  const output = createInterface(child.stdout);
  const lines: string[] = [];
  await new Promise<void>((resolve) => {
    output.on('line', (line) => (line === 'up' ? resolve() : lines.push(line)));
  });
  // Not `close`: Node does not tell it of a child whose channel its parent has closed.
  const exit = Promise.all([once(child, 'exit'), once(output, 'close')]).then(([[code]]) => code as number | null);
  return { child, lines, exit };
};

const threeSteps = `
  shutdown.add('http', async () => { await pause(50); console.log('http closed, running: ' + shutdown.running); });
  shutdown.add('consumer', () => console.log('consumer closed'));
  shutdown.add('database', () => console.log('database closed'));`;
const inOrder = ['http closed, running: false', 'consumer closed', 'database closed'];

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s runs the steps in their order, each waited for, and exits 0',
  async (signal) => {
    const { child, lines, exit } = await running(threeSteps);
    child.kill(signal);
    expect(await exit).toBe(0);
    expect(lines).toEqual(inOrder);
  },
);

test('a second signal changes nothing about an end that is under way', async () => {
  const { child, lines, exit } = await running(threeSteps);
  child.kill('SIGTERM');
  // Later, because the system makes one of two signals that come at once.
  setTimeout(() => child.kill('SIGTERM'), 20);
  expect(await exit).toBe(0);
  expect(lines).toEqual(inOrder);
});

test('a service does not outlive the supervisor that holds its channel', async () => {
  const { child, lines, exit } = await running(threeSteps, { supervised: true });
  child.disconnect();
  expect(await exit).toBe(0);
  expect(lines).toEqual(inOrder);
});

test('a step that fails does not keep the others from running, and the exit code is 1', async () => {
  const { child, lines, exit } = await running(
    `shutdown.add('http', () => { throw new Error('stuck'); }); ${threeSteps}`,
  );
  child.kill('SIGTERM');
  expect(await exit).toBe(1);
  expect(lines).toEqual(inOrder);
});

test('an end that takes too long is cut off with exit code 1', async () => {
  const { child, lines, exit } = await running(
    `shutdown.add('http', () => pause(60_000)); shutdown.add('database', () => console.log('database closed'));`,
    { deadlineMs: 100 },
  );
  child.kill('SIGTERM');
  expect(await exit).toBe(1);
  expect(lines).toEqual([]);
});
