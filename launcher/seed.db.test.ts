/** Nothing here reaches a database: there is none at that address, and what is refused does not look for one. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

const nowhere = 'postgresql://nobody@127.0.0.1:9/none';

const seed = (env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(import.meta.dirname, 'seed.ts'), 'user'], {
    env: { USER_DATABASE_URL: nowhere, ...env },
    encoding: 'utf8',
  });
  return { status, said: `${stdout}${stderr}` };
};

it.each<[Record<string, string>, 0 | 1, string]>([
  [{}, 0, 'Nothing is put in: PROFILE is production'],
  [
    { PROFILE: 'development', EDGE_ADDRESS: '::', DEMO_SEED: 'on' },
    1,
    'refused: EDGE_ADDRESS=:: lets other machines in',
  ],
  [{ GATEWAY_PROFILE: 'development' }, 1, 'GATEWAY_PROFILE: was renamed to PROFILE'],
])('with %j the seed ends with %i and says so: %s', (env, status, said) => {
  expect(seed(env)).toEqual({ status, said: expect.stringContaining(said) });
});
