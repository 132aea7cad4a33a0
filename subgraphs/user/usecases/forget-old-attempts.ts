import { memoryMs } from '../domain/sign-in-attempts.ts';
import type { Deps } from './ports.ts';

// 1000 a round: far more than honest customers leave behind, and short enough to disturb nobody.
const batch = 1_000;

/** Drops counts of wrong passwords that no longer count. Tells how many. */
export const forgetOldAttempts =
  ({ transaction, now }: Deps) =>
  (): Promise<number> =>
    transaction(({ attempts }) => attempts.dropOlderThan(new Date(now().getTime() - memoryMs), batch));
