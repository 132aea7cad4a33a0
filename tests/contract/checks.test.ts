/** `npm run contracts`, check by check: all that are in the table are kept by this checkout. */
import { afterAll, expect, it } from 'vitest';
import { runCheck } from '#tools/contracts/check.ts';
import { checks } from '#tools/contracts/checks/index.ts';
import { openWorld } from '#tools/contracts/world.ts';

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
