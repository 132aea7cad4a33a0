import { readFileSync, unlinkSync } from 'node:fs';
import type { CrashPoint } from '../domain/crash-points.ts';

/** Dies by SIGKILL, as kill -9 does it, at the point that the file names, once: the file is gone by then. */
export const crashAt =
  (file: string) =>
  (point: CrashPoint): void => {
    let wanted: string;
    try {
      wanted = readFileSync(file, 'utf8').trim();
    } catch {
      return;
    }
    if (wanted !== point) return;
    unlinkSync(file);
    process.kill(process.pid, 'SIGKILL');
    // The signal arrives in its own time, and nothing may happen until then.
    for (;;);
  };
