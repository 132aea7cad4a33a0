/** Whole systems for tests: the launcher's own, with nothing in their environment that the test has not put there. */
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';

export type TestAgora = TemporaryShop;

export interface TestAgoraOptions {
  readonly events: 'postgres' | 'redis';
  readonly env?: Readonly<Record<string, string>>;
}

export const startTestAgora = ({ events, env = {} }: TestAgoraOptions): Promise<TestAgora> =>
  openTemporaryShop({ events, env: { ...bareEnvironment(), ...env } });

/** Only what a bare machine has, without the variables of the developer who runs the tests. */
export const bareEnvironment = (): Record<string, string> => {
  const { PATH, HOME, TMPDIR } = process.env;
  return Object.fromEntries(
    Object.entries({ PATH, HOME, TMPDIR }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
};
