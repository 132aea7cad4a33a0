/** What staff can be told about changes of the catalogue, in their unions. */
import type { Failure } from '#contracts/result.ts';

/** Somebody else changed it since. */
export interface VersionConflict extends Failure<'VersionConflict'> {
  readonly currentVersion: number;
}
export const versionConflict = (currentVersion: number): VersionConflict => ({
  kind: 'VersionConflict',
  message: 'It was changed in the meantime. Load it again.',
  currentVersion,
});

export interface SlugTaken extends Failure<'SlugTaken'> {
  readonly slug: string;
}
export const slugTaken = (slug: string): SlugTaken => ({
  kind: 'SlugTaken',
  message: `The slug ${slug} is or was that of another.`,
  slug,
});
