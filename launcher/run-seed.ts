import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Runs `launcher/seed.ts` on a running system. It is idempotent: on a seeded one it finds nothing to do. Throws when it fails, or may not. */
export const runSeed = async (options: {
  root: string;
  environment: NodeJS.ProcessEnv;
  onLine: (source: string, line: string) => void;
}): Promise<void> => {
  const script = path.join(options.root, 'launcher/seed.ts');
  const child = spawn(process.execPath, [script], {
    cwd: options.root,
    env: { ...options.environment, DEMO_SEED: 'on' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => options.onLine('seed', line));
  }
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`The seed failed (exit code ${code}); its lines are above. --no-seed starts without it.`);
};
