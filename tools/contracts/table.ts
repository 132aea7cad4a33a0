/** The verdicts for a person: one line a check, and under it what it found, with the way out. */
import { type Severity, severities, type Verdict } from './check.ts';

const marks: Record<Severity, string> = { breach: '✗', warning: '!', note: '·' };

export const line = ({ check, findings, tookMs }: Verdict): string => {
  const worst = findings[0]?.severity;
  const mark = worst === 'breach' ? '✗' : worst === 'warning' ? '!' : '✓';
  const seconds = `${(tookMs / 1_000).toFixed(1)} s`;
  const told = findings.map(({ severity, culprit, message, wayOut }) =>
    `    ${marks[severity]} ${culprit}: ${message}\n      → ${wayOut}`.replaceAll('\n', '\n    ').trimEnd(),
  );
  return [`${mark} ${check.name.padEnd(20)} ${seconds.padStart(7)}  ${check.title}`, ...told].join('\n');
};

export const summary = (verdicts: readonly Verdict[]): string => {
  const all = verdicts.flatMap(({ findings }) => findings);
  const counts = severities.map((severity) => {
    const count = all.filter((finding) => finding.severity === severity).length;
    return `${count} ${count === 1 ? severity : `${severity}${severity === 'breach' ? 'es' : 's'}`}`;
  });
  const seconds = verdicts.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000;
  return `${verdicts.length} checks, ${counts.join(', ')} (${seconds.toFixed(1)} s)`;
};

/** For a job summary of a CI: Markdown. */
export const markdown = (verdicts: readonly Verdict[]): string => {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = verdicts.map(({ check, findings }) => {
    const worst = findings[0]?.severity ?? 'ok';
    return `| ${worst} | \`${check.name}\` | ${cell(check.title)} |`;
  });
  const told = verdicts.flatMap(({ check, findings }) =>
    findings.map(
      ({ severity, culprit, message, wayOut }) =>
        `- **${severity}** \`${check.name}\` \`${cell(culprit)}\`: ${cell(message)} → ${cell(wayOut)}`,
    ),
  );
  return [
    '## Contracts',
    '',
    summary(verdicts),
    '',
    '| | check | contract |',
    '|---|---|---|',
    ...rows,
    '',
    ...told,
    '',
  ].join('\n');
};
