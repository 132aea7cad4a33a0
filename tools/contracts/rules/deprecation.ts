/** How we deprecate: `@deprecated(reason: "Use price instead. Gone after 2027-03-31.")`. */

export interface Deprecation {
  readonly reason: string;
  /** The first instant of the day after the date; undefined where the reason names none. */
  readonly until: Date | undefined;
}

const goneAfter = /\bGone after (\d{4}-\d{2}-\d{2})\./;

/** The reason, and from when on nobody may rely on what it deprecates. */
export const deprecationOf = (reason: string): Deprecation => {
  const date = goneAfter.exec(reason)?.[1];
  const lastDay = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  const dayMs = 86_400_000;
  return { reason, until: Number.isNaN(lastDay) ? undefined : new Date(lastDay + dayMs) };
};
