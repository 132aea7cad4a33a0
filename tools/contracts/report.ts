/** The verdicts for a terminal, for a job summary (Markdown), and for a CI (JUnit XML). */
import { type Finding, type Severity, severities, type Verdict } from './check.ts';

const marks: Record<Severity, string> = { violation: '✗', warning: '!', note: '·' };

/** One line per check, and below it its findings. They come worst first. */
export const line = ({ check, findings, tookMs }: Verdict): string => {
  const worst = findings[0]?.severity ?? 'note';
  const mark = worst === 'note' ? '✓' : marks[worst];
  const seconds = `${(tookMs / 1_000).toFixed(1)} s`;
  const below = findings.map(({ severity, subject, message, remediation }) =>
    `    ${marks[severity]} ${subject}: ${message}\n      → ${remediation}`.replaceAll('\n', '\n    ').trimEnd(),
  );
  return [`${mark} ${check.name.padEnd(20)} ${seconds.padStart(7)}  ${check.title}`, ...below].join('\n');
};

const secondsOf = (verdicts: readonly Verdict[]): number =>
  verdicts.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000;

export const summary = (verdicts: readonly Verdict[]): string => {
  const all = verdicts.flatMap(({ findings }) => findings);
  const counts = severities.map((severity) => {
    const count = all.filter((finding) => finding.severity === severity).length;
    return `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return `${verdicts.length} checks, ${counts.join(', ')} (${secondsOf(verdicts).toFixed(1)} s)`;
};

export const markdown = (verdicts: readonly Verdict[]): string => {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [
    '## Contracts',
    '',
    summary(verdicts),
    '',
    '| | check | contract |',
    '|---|---|---|',
    ...verdicts.map(
      ({ check, findings }) => `| ${findings[0]?.severity ?? 'ok'} | \`${check.name}\` | ${cell(check.title)} |`,
    ),
    '',
    ...verdicts.flatMap(({ check, findings }) =>
      findings.map(
        ({ severity, subject, message, remediation }) =>
          `- **${severity}** \`${check.name}\` \`${cell(subject)}\`: ${cell(message)} → ${cell(remediation)}`,
      ),
    ),
    '',
  ].join('\n');
};

/** A violation is a failure; the rest is output. */
export const junit = (verdicts: readonly Verdict[]): string => {
  const failed = verdicts.filter(({ findings }) => findings[0]?.severity === 'violation').length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="contracts" tests="${verdicts.length}" failures="${failed}" time="${secondsOf(verdicts).toFixed(3)}">`,
    ...verdicts.map(testCase),
    '</testsuite>',
    '',
  ].join('\n');
};

const testCase = ({ check, findings, tookMs }: Verdict): string => {
  const name = escaped(`${check.name}: ${check.title}`);
  const others = findings.filter(({ severity }) => severity !== 'violation');
  return [
    `  <testcase classname="contracts" name="${name}" time="${(tookMs / 1_000).toFixed(3)}">`,
    ...findings
      .filter(({ severity }) => severity === 'violation')
      .map(
        ({ subject, message, remediation }) =>
          `    <failure message="${escaped(`${subject}: ${message}`)}">${escaped(remediation)}</failure>`,
      ),
    ...(others.length > 0 ? [`    <system-out>${escaped(others.map(sentence).join('\n'))}</system-out>`] : []),
    '  </testcase>',
  ].join('\n');
};

const sentence = ({ severity, subject, message, remediation }: Finding): string =>
  `${severity} ${subject}: ${message} ${remediation}`;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// XML 1.0 cannot represent most control characters at all.
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to remove
  text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '').replace(/[&<>"]/g, (character) => entities[character] ?? '');
