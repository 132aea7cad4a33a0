import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bornAt, commandLine, signalProcess, waitForExit } from './processes.ts';

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

  it('has a birth that does not change when it becomes another program', async () => {
    const child = spawn('/bin/sh', ['-c', 'read line; exec sleep 60'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const pid = child.pid ?? 0;
    const born = bornAt(pid);
    expect(born).toBeDefined();
    child.stdin.end('go\n');
    while (!commandLine(pid)?.includes('sleep 60')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(bornAt(pid)).toBe(born);
    child.kill('SIGKILL');
    await waitForExit(pid, 5_000);
    expect(bornAt(pid)).toBeUndefined();
  });

  it('may already be gone when it is signalled', async () => {
    const child = sleeper();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => signalProcess(child.pid ?? 0, 'SIGTERM')).not.toThrow();
  });
});
