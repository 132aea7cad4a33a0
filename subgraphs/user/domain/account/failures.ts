/** Failures of accounts that the customer can act on. */
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';
import type { LastAdmin } from '../access/failures.ts';
import { failureTexts } from '../customer-texts.ts';
import type {
  EmailTaken,
  InvalidCredentials,
  InvalidDisplayName,
  InvalidEmail,
  InvalidPassword,
  InvalidToken,
  TooManyAttempts,
} from '../failures.ts';
import { locales } from './locale.ts';

/** Of a request for a mail to an address: whether it has an account is none. */
export type RequestByEmailFailure = InvalidEmail | IdempotencyConflict;
export type UpdateProfileFailure = InvalidDisplayName | UnsupportedLocale | IdempotencyConflict;
export type ResetPasswordFailure = InvalidToken | InvalidPassword | IdempotencyConflict;
export type ConfirmEmailChangeFailure = InvalidToken | EmailTaken;

/** Of what asks for the password once more. */
type PasswordFailure = InvalidCredentials | TooManyAttempts | IdempotencyConflict;
export type ChangePasswordFailure = InvalidPassword | PasswordFailure;
export type RequestEmailChangeFailure = InvalidEmail | EmailUnchanged | PasswordFailure;
export type CloseAccountFailure = LastAdmin | PasswordFailure;

export interface UnsupportedLocale extends Failure<'UnsupportedLocale'> {
  readonly supported: readonly string[];
}
export const unsupportedLocale: UnsupportedLocale = {
  kind: 'UnsupportedLocale',
  message: failureTexts.unsupportedLocale,
  supported: locales,
};

export type EmailUnchanged = Failure<'EmailUnchanged'>;
export const emailUnchanged: EmailUnchanged = { kind: 'EmailUnchanged', message: failureTexts.emailUnchanged };
