import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { commandLine, signalProcess, waitForExit } from './processes.ts';

const sleeper = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', 'a-sleeper']);

describe('a process by its number', () => {
  it('has a command line while it lives, and none afterwards', async () => {
    const child = sleeper();
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    expect(commandLine(pid)).toContain('a-sleeper');
    expect(await waitForExit(pid, 40)).toBe(false);
    signalProcess(pid, 'SIGKILL');
    expect(await waitForExit(pid, 5_000)).toBe(true);
    expect(commandLine(pid)).toBeUndefined();
  });

  it('may already be gone when it is signalled', async () => {
    const child = sleeper();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => signalProcess(child.pid ?? 0, 'SIGTERM')).not.toThrow();
  });
});
