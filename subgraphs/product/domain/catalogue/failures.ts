/** What staff can be told about changes of the catalogue, in their unions. */
import type { z } from 'zod';
import { type Failure, fail, ok, type Result } from '#contracts/result.ts';
import { plainly } from './plain-faults.ts';

/** Somebody else changed it since. */
export interface VersionConflict extends Failure<'VersionConflict'> {
  readonly currentVersion: number;
}
/** Undefined where the caller has seen the version that there is, or does not say which. */
export const versionConflict = (expected: number | undefined, currentVersion: number): VersionConflict | undefined =>
  expected === undefined || expected === currentVersion
    ? undefined
    : { kind: 'VersionConflict', message: 'It was changed in the meantime. Load it again.', currentVersion };

export interface SlugTaken extends Failure<'SlugTaken'> {
  readonly slug: string;
}
export const slugTaken = (slug: string): SlugTaken => ({
  kind: 'SlugTaken',
  message: `The slug ${slug} is or was that of another.`,
  slug,
});

export interface LimitReached extends Failure<'LimitReached'> {
  readonly maximum: number;
}
export const limitReached = (maximum: number): LimitReached => ({
  kind: 'LimitReached',
  message: `There are ${maximum} of these, and there can be no more.`,
  maximum,
});

/** What a form can mend. */
export interface FieldFault {
  /** Such as `texts.en.title`, `variants.0.sku`. */
  readonly path: string;
  readonly message: string;
}
export interface Invalid<Kind extends string> extends Failure<Kind> {
  readonly faults: readonly FieldFault[];
}
export const invalid = <Kind extends string>(kind: Kind, faults: readonly FieldFault[]): Invalid<Kind> => ({
  kind,
  message: faults.map(({ path, message }) => `${path}: ${message}`).join('; '),
  faults,
});

/** What was sent, as the schema wants it, or what is wrong with it by field. */
export const checked = <S extends z.ZodType, Kind extends string>(
  kind: Kind,
  schema: S,
  given: unknown,
  more: (value: z.output<S>) => readonly FieldFault[] = () => [],
): Result<z.output<S>, Invalid<Kind>> => {
  const parsed = schema.safeParse(given, { error: plainly });
  const faults = parsed.success
    ? more(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  return parsed.success && faults.length === 0 ? ok(parsed.data) : fail(invalid(kind, faults));
};
