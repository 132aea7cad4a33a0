/** What the audit found, as a table for people or as JSON for programs. */
import type { Breach } from './rule.ts';

export interface Finding {
  readonly rule: string;
  readonly promise: string;
  readonly breaches: readonly Breach[];
}

export const brokenRules = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ breaches }) => breaches.length > 0).map(({ rule }) => rule);

// A breach is rarely alone; twenty show the pattern, `--json` has them all.
export const shownPerRule = 20;

const line = ({ ids, what }: Breach) =>
  `    ${Object.entries(ids)
    .map(([name, id]) => `${name} ${id}`)
    .join(', ')}: ${what}`;

export const asTable = (findings: readonly Finding[]): string => {
  const width = Math.max(...findings.map(({ rule }) => rule.length));
  const lines = findings.flatMap(({ rule, promise, breaches }) => [
    `${breaches.length === 0 ? '✓' : '✗'} ${rule.padEnd(width)}  ${promise}`,
    ...breaches.slice(0, shownPerRule).map(line),
    ...(breaches.length > shownPerRule ? [`    … and ${breaches.length - shownPerRule} more`] : []),
  ]);
  return [...lines, `${findings.length} invariants, ${brokenRules(findings).length} broken`].join('\n');
};

export const asJson = (findings: readonly Finding[]): string =>
  JSON.stringify({ ok: brokenRules(findings).length === 0, findings }, null, 2);
