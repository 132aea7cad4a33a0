/** A promise of the deployment that is checked; each has seeded violations in `tests/contract/`. */
export interface Policy<Facts> {
  readonly name: string;
  /** A sentence for each violation, beginning with the file. */
  readonly violations: (facts: Facts) => readonly string[];
}

export interface Violation {
  readonly policy: string;
  readonly message: string;
}

export const violationsOf = <Facts>(policies: readonly Policy<Facts>[], facts: Facts): Violation[] =>
  policies.flatMap(({ name, violations }) => violations(facts).map((message) => ({ policy: name, message })));

/** `rediss://:password@host`. */
export const hasPassword = (value: string): boolean => /:\/\/[^/@\s]*:[^/@\s]*@/.test(value);
