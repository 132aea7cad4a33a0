/** A copy of this checkout, to change and to run. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface CopiedTree {
  readonly root: string;
  /** Runs a program of the copy by Node; returns what it printed. Throws with that when it fails. */
  run(program: string, ...args: string[]): Promise<string>;
  remove(): void;
}

const original = path.resolve(import.meta.dirname, '../../..');
const leftOut = new Set(['node_modules', '.git', '.data', 'coverage', 'backups']);
// What is generated is known by its stamps here.
const stamps = 'node_modules/.cache/agora';

export const copyTree = (): CopiedTree => {
  const root = mkdtempSync(path.join(tmpdir(), 'agora-tree-'));
  for (const entry of readdirSync(original))
    if (!leftOut.has(entry)) cpSync(path.join(original, entry), path.join(root, entry), { recursive: true });
  // The packages are the same; the cache beside them is the copy's own.
  mkdirSync(path.join(root, stamps), { recursive: true });
  for (const entry of readdirSync(path.join(original, 'node_modules')))
    if (!entry.startsWith('.cache') && !entry.startsWith('.vite'))
      symlinkSync(path.join(original, 'node_modules', entry), path.join(root, 'node_modules', entry));
  if (existsSync(path.join(original, stamps)))
    for (const stamp of readdirSync(path.join(original, stamps)).filter((file) => file.endsWith('.sha256')))
      cpSync(path.join(original, stamps, stamp), path.join(root, stamps, stamp));
  return {
    root,
    run: async (program, ...args) => {
      try {
        const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
          cwd: root,
          maxBuffer: 16 * 2 ** 20,
        });
        return stdout;
      } catch (fault) {
        const { stdout, stderr } = fault as { stdout?: string; stderr?: string };
        throw new Error(`${program} ${args.join(' ')}:\n${stdout}${stderr}`, { cause: fault });
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  };
};
