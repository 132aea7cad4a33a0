/** A contract check looks at a workspace and reports what is broken, for whom, and what to do about it. */
import type { Workspace } from './workspace.ts';

/** From bad to good to know: a violation breaks somebody, a warning will, a note is for the reviewer. */
export const severities = ['violation', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

export interface Finding {
  readonly severity: Severity;
  /** A schema coordinate, an operation with its client, a message type or a file: what a reader searches for. */
  readonly subject: string;
  /** One sentence: what is wrong, and who would notice. */
  readonly message: string;
  readonly remediation: string;
}

export interface Check {
  /** For `npm run contracts -- <name>`. */
  readonly name: string;
  /** The contract, as a sentence that is true while the check passes. */
  readonly title: string;
  /** `files`: answers in seconds, with nothing running. `system`: needs a running shop. */
  readonly needs: 'files' | 'system';
  readonly run: (workspace: Workspace) => Promise<readonly Finding[]> | readonly Finding[];
  /** Rewrites what is committed (a baseline, a budget) to the current state. Returns a line per change, for review. */
  readonly accept?: (workspace: Workspace) => Promise<readonly string[]> | readonly string[];
}

export interface Verdict {
  readonly check: Pick<Check, 'name' | 'title' | 'needs'>;
  readonly findings: readonly Finding[];
  readonly tookMs: number;
}

const findingOf =
  (severity: Severity) =>
  (subject: string, message: string, remediation: string): Finding => ({ severity, subject, message, remediation });

export const violation = findingOf('violation');
export const warning = findingOf('warning');
export const note = findingOf('note');

export const violationUnless = (holds: boolean, ...finding: Parameters<typeof violation>): Finding[] =>
  holds ? [] : [violation(...finding)];

/** Runs one check. What it throws is a violation too: a check that cannot run has not seen that all is well. */
export const runCheck = async (check: Check, workspace: Workspace): Promise<Verdict> => {
  const start = performance.now();
  const findings = await Promise.resolve()
    .then(() => check.run(workspace))
    .catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      return [violation(`check ${check.name}`, `could not run: ${text}`, 'Fix what made it fail.')];
    });
  const { name, title, needs } = check;
  return { check: { name, title, needs }, findings: findings.toSorted(bySeverity), tookMs: performance.now() - start };
};

const bySeverity = (a: Finding, b: Finding): number => severities.indexOf(a.severity) - severities.indexOf(b.severity);

/** Whether one of the findings is as bad as `limit` or worse. */
export const reaches = (verdicts: readonly Verdict[], limit: Severity): boolean =>
  verdicts.some(({ findings }) =>
    findings.some(({ severity }) => severities.indexOf(severity) <= severities.indexOf(limit)),
  );
