/** Failures of accounts that the customer can act on. */
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';
import { failureTexts } from '../customer-texts.ts';
import type { InvalidDisplayName } from '../failures.ts';
import { locales } from './locale.ts';

export type UpdateProfileFailure = InvalidDisplayName | UnsupportedLocale | IdempotencyConflict;

export interface UnsupportedLocale extends Failure<'UnsupportedLocale'> {
  readonly supported: readonly string[];
}
export const unsupportedLocale: UnsupportedLocale = {
  kind: 'UnsupportedLocale',
  message: failureTexts.unsupportedLocale,
  supported: locales,
};
