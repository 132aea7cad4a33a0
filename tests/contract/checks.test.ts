/** `npm run contracts`, check by check: all that are in the table are kept by this checkout. */
import { afterAll, expect, it } from 'vitest';
import { runCheck } from '#tools/contracts/check.ts';
import { checks } from '#tools/contracts/checks/index.ts';
import { openWorkspace } from '#tools/contracts/workspace.ts';

const workspace = openWorkspace();
afterAll(() => workspace.close());

it.each(checks)('$name: $title', async (check) => {
  const { findings } = await runCheck(check, workspace);
  expect(findings.filter(({ severity }) => severity === 'violation')).toEqual([]);
});

it('names each check once', () => {
  const names = checks.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
