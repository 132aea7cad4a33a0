import { setTimeout as pause } from 'node:timers/promises';
import type { AtUniformTime } from '../../usecases/account/ports.ts';

// 200 ms: longer than the work takes on a machine that is not overloaded (two hashes, a transaction), and nobody notices it.
const stepMs = 200;

/**
 * Answers at a multiple of the step after the request, also when the work fails: whether it took two milliseconds more does not
 * show. No connection is held meanwhile.
 */
export const uniformTime =
  (step = stepMs): AtUniformTime =>
  async (work) => {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      const elapsed = performance.now() - startedAt;
      await pause(Math.ceil(elapsed / step) * step - elapsed);
    }
  };
