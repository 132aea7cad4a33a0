/** The verdicts as JUnit XML, the form in which every CI shows test results. A breach is a failure; the rest is output. */
import type { Finding, Verdict } from './check.ts';

export const junit = (verdicts: readonly Verdict[]): string => {
  const failed = verdicts.filter(({ findings }) => findings.some(({ severity }) => severity === 'breach')).length;
  const seconds = verdicts.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1_000;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="contracts" tests="${verdicts.length}" failures="${failed}" time="${seconds.toFixed(3)}">`,
    ...verdicts.map(testCase),
    '</testsuite>',
    '',
  ].join('\n');
};

const testCase = ({ check, findings, tookMs }: Verdict): string => {
  const head = `  <testcase classname="contracts" name="${escaped(`${check.name}: ${check.title}`)}" time="${(tookMs / 1_000).toFixed(3)}"`;
  if (findings.length === 0) return `${head}/>`;
  const breaches = findings.filter(({ severity }) => severity === 'breach');
  const others = findings.filter(({ severity }) => severity !== 'breach');
  return [
    `${head}>`,
    ...breaches.map(
      (finding) =>
        `    <failure message="${escaped(`${finding.culprit}: ${finding.message}`)}">${escaped(finding.wayOut)}</failure>`,
    ),
    ...(others.length > 0 ? [`    <system-out>${escaped(others.map(sentence).join('\n'))}</system-out>`] : []),
    '  </testcase>',
  ].join('\n');
};

const sentence = ({ severity, culprit, message, wayOut }: Finding): string =>
  `${severity} ${culprit}: ${message} ${wayOut}`;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// XML 1.0 has no way to write most control characters at all.
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
  text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, '').replace(/[&<>"]/g, (character) => entities[character] ?? '');
