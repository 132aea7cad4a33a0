/** `npm run contracts`, check by check: all that are in the table are kept by this checkout. */
import { afterAll, expect, it } from 'vitest';
import { runCheck } from '../../scripts/contracts/check.ts';
import { openWorld } from '../../scripts/contracts/world.ts';
import { checks } from './checks/index.ts';

const world = openWorld();
afterAll(() => world.close());

it.each(checks)('$name: $title', async (check) => {
  const { findings } = await runCheck(check, world);
  expect(findings.filter(({ severity }) => severity === 'breach')).toEqual([]);
});

it('names each check once', () => {
  const names = checks.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
