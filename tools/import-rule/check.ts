/** `npm run check:imports`: who may import whom (`rules.ts`), and by which name. Exit code 1 on a violation. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { options, rules } from './rules.ts';

const code = 'services.ts contracts platform gateway subgraphs simulator ops launcher tools bench tests'.split(' ');

export interface ImportViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

const roomOf = (file: string): string | undefined =>
  /^((?:subgraphs|prisma)\/[^/]+|tests\/kit|[^/]+)\//.exec(file)?.[1];

/** A path says how far away a file is, and changes with every move; a room's name stays. */
export const roomsByName = 'rooms-by-name: #room/… for another room, a relative path within one';

const misnamed = (modules: ICruiseResult['modules']): ImportViolation[] =>
  modules.flatMap(({ source, dependencies }) =>
    dependencies
      .filter(({ module, resolved }) => {
        const [from, to] = [roomOf(source), roomOf(resolved)];
        return /^[.#]/.test(module) && from && to && (from === to) !== module.startsWith('.');
      })
      .map(({ module }) => ({ rule: roomsByName, from: source, to: module })),
  );

/** Looks at `within` below `baseDir`. Throws when no module was found: a check of nothing must not pass. */
export const importViolations = async (baseDir: string, within: readonly string[] = code) => {
  const { output } = await cruise(
    within.filter((entry) => existsSync(join(baseDir, entry))),
    { ...options, ruleSet: { forbidden: rules }, validate: true, baseDir },
    undefined,
    { tsConfig: extractTSConfig('tsconfig.json') },
  );
  const { modules, summary } = output as ICruiseResult;
  // Seen with a TypeScript that the tool could not use: 0 modules, and a tick.
  if (modules.length === 0) throw new Error(`the import rule found no module below ${baseDir}`);
  return {
    modules: modules.length,
    violations: [
      ...summary.violations.map(({ rule, from, to }): ImportViolation => ({ rule: rule.name, from, to })),
      ...misnamed(modules),
    ],
  };
};

if (import.meta.main) {
  const { modules, violations } = await importViolations(process.cwd());
  for (const { rule, from, to } of violations) console.log(`${rule}: ${from} → ${to}`);
  console.log(`${modules} modules, ${violations.length} violations of the import rule`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
