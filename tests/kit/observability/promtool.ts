import { execFileSync, spawnSync } from 'node:child_process';

const found = (): boolean => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Whether tests may use promtool. Without it they are skipped with one line; in CI a missing one is a failure. */
export const promtoolHere = (): boolean => {
  if (found()) return true;
  if (process.env.CI === 'true') throw new Error('promtool is not installed, and CI must check the rules with it');
  process.stdout.write('promtool is not installed: the tests of Prometheus’ rules are skipped\n');
  return false;
};

/** Whether it was content, and what it said. */
export const promtool = (...args: readonly string[]): { readonly ok: boolean; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return { ok: status === 0, said: `${stdout}${stderr}` };
};
