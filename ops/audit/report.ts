/** What the audit found: as a table, as JSON, as log lines. */
import type { Logger } from '#platform/observability/log.ts';
import type { Violation } from './rule.ts';

export interface Finding {
  readonly rule: string;
  readonly promise: string;
  readonly violations: readonly Violation[];
}

export const violatedRules = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ violations }) => violations.length > 0).map(({ rule }) => rule);

// Violations rarely come alone; twenty show the pattern, `--json` has them all.
const shownPerRule = 20;

const line = ({ ids, what }: Violation) =>
  `    ${Object.entries(ids)
    .map(([name, id]) => `${name} ${id}`)
    .join(', ')}: ${what}`;

export const asTable = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ rule }) => rule.length));
  const lines = findings.flatMap(({ rule, promise, violations }) => [
    `${violations.length === 0 ? '✓' : '✗'} ${rule.padEnd(width)}  ${promise}`,
    ...violations.slice(0, shownPerRule).map(line),
    ...(violations.length > shownPerRule ? [`    … and ${violations.length - shownPerRule} more`] : []),
  ]);
  return [...lines, `${findings.length} rules, ${violatedRules(findings).length} violated`].join('\n');
};

export const asJson = (findings: readonly Finding[]): string =>
  JSON.stringify({ ok: violatedRules(findings).length === 0, findings }, null, 2);

/** Returns what logs each violation in the round that first finds it, and a line for a rule whose violations are gone. */
export const violationLog = (log: Logger): ((findings: readonly Finding[]) => void) => {
  const logged = new Map<string, ReadonlySet<string>>();
  return (findings) => {
    for (const { rule, promise, violations } of findings) {
      const before = logged.get(rule) ?? new Set();
      const now = new Map(violations.map((violation) => [JSON.stringify(violation.ids), violation]));
      const fresh = [...now].filter(([key]) => !before.has(key));
      for (const [, { ids, what }] of fresh.slice(0, shownPerRule))
        log.error({ rule, promise, ids, what }, 'audit rule violated');
      const more = fresh.length - shownPerRule;
      if (more > 0) log.error({ rule, more }, 'audit rule violated more often: npm run audit lists all');
      const gone = [...before].filter((key) => !now.has(key)).length;
      if (gone > 0) log.info({ rule, gone, left: now.size }, 'audit violations are gone');
      logged.set(rule, new Set(now.keys()));
    }
  };
};
