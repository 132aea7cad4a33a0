/** `npm run check:imports`: who may import whom, as `rules.ts` says. Exit code 1 on a violation. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { options, rules } from './rules.ts';

const folders = ['contracts', 'platform', 'gateway', 'subgraphs', 'ops', 'launcher', 'tools', 'bench', 'tests'];

/** Cruises `folders` below `baseDir`. Throws when no module was found: a check of nothing must not pass. */
export const importViolations = async (baseDir: string, within: readonly string[] = folders) => {
  const { output } = await cruise(
    within.filter((folder) => existsSync(join(baseDir, folder))),
    { ...options, ruleSet: { forbidden: rules }, validate: true, baseDir },
    undefined,
    { tsConfig: extractTSConfig('tsconfig.json') },
  );
  const { modules, summary } = output as ICruiseResult;
  // Seen with a TypeScript that the tool could not use: 0 modules, and a tick.
  if (modules.length === 0) throw new Error(`the import rule found no module below ${baseDir}`);
  return {
    modules: modules.length,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
};

if (import.meta.main) {
  const { modules, violations } = await importViolations(process.cwd());
  for (const { rule, from, to } of violations) console.log(`${rule}: ${from} → ${to}`);
  console.log(`${modules} modules, ${violations.length} violations of the import rule`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
