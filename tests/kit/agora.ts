/** Whole systems for tests: the launcher's own, with nothing in their environment that the test has not put there. */
import { openTemporaryShop, type TemporaryShop } from '../../scripts/launcher/temporary-shop.ts';

export type TestAgora = TemporaryShop;

export interface TestAgoraOptions {
  readonly events: 'postgres' | 'redis';
  readonly env?: Readonly<Record<string, string>>;
}

export const startTestAgora = ({ events, env = {} }: TestAgoraOptions): Promise<TestAgora> => {
  // Only what a bare machine has, and no variable of whoever runs the tests.
  const { PATH, HOME, TMPDIR } = process.env;
  const inherited = Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined),
  );
  return openTemporaryShop({ events, env: { ...inherited, ...env } });
};
