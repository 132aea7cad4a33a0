/** A contract check: looks at the world, says what is broken, for whom, and the way out. */
import type { World } from './world.ts';

/** From bad to good to know. A breach would hurt somebody; a warning will; a note is what a reviewer should have read. */
export const severities = ['breach', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

export interface Finding {
  readonly severity: Severity;
  /** A schema coordinate, an operation with its client, a message type or a file: what a reader searches for. */
  readonly culprit: string;
  /** One sentence: what is wrong, and who would notice. */
  readonly message: string;
  /** What to do about it. */
  readonly wayOut: string;
}

export interface Check {
  /** For `npm run contracts -- <name>`. */
  readonly name: string;
  /** The contract, as a sentence that is true while the check passes. */
  readonly title: string;
  /** `files`: answers in seconds, with nothing running. `system`: asks a running shop. */
  readonly needs: 'files' | 'system';
  readonly run: (world: World) => Promise<readonly Finding[]> | readonly Finding[];
  /** Rewrites what is committed (a baseline, a budget) as the world is now. Returns a line per change, for review. */
  readonly accept?: (world: World) => Promise<readonly string[]> | readonly string[];
}

export interface Verdict {
  readonly check: Pick<Check, 'name' | 'title' | 'needs'>;
  readonly findings: readonly Finding[];
  readonly tookMs: number;
}

/** Short forms, so that a check reads as its rule. */
export const breach = (culprit: string, message: string, wayOut: string): Finding => ({
  severity: 'breach',
  culprit,
  message,
  wayOut,
});
export const warning = (culprit: string, message: string, wayOut: string): Finding => ({
  severity: 'warning',
  culprit,
  message,
  wayOut,
});
export const note = (culprit: string, message: string, wayOut: string): Finding => ({
  severity: 'note',
  culprit,
  message,
  wayOut,
});

/** Runs one check. What it throws is a breach of its own: a check that cannot look has not seen that all is well. */
export const runCheck = async (check: Check, world: World): Promise<Verdict> => {
  const start = performance.now();
  const findings = await Promise.resolve()
    .then(() => check.run(world))
    .catch((error: unknown) => [
      breach(`check ${check.name}`, `The check could not look: ${textOf(error)}`, 'See what it stumbled over.'),
    ]);
  const { name, title, needs } = check;
  return { check: { name, title, needs }, findings: findings.toSorted(bySeverity), tookMs: performance.now() - start };
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const bySeverity = (a: Finding, b: Finding): number => severities.indexOf(a.severity) - severities.indexOf(b.severity);

/** Whether one of the findings is as bad as `limit` or worse. */
export const reaches = (verdicts: readonly Verdict[], limit: Severity): boolean =>
  verdicts.some(({ findings }) =>
    findings.some(({ severity }) => severities.indexOf(severity) <= severities.indexOf(limit)),
  );
