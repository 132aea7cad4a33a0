import { setTimeout as pause } from 'node:timers/promises';

/** Waits until `check` holds. Fails with what was awaited after `withinMs`. */
export const until = async (what: string, check: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await pause(10);
  }
};
