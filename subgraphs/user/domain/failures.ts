/** What can go wrong that the customer can act on. Each `kind` is the GraphQL type of the same name. */
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';

export type RegisterFailure = InvalidEmail | InvalidDisplayName | InvalidPassword | EmailTaken | IdempotencyConflict;

export type SignInFailure = InvalidCredentials | TooManyAttempts | IdempotencyConflict;

export type InvalidEmail = Failure<'InvalidEmail'>;
export const invalidEmail: InvalidEmail = {
  kind: 'InvalidEmail',
  message: 'That does not look like an e-mail address.',
};

export type InvalidDisplayName = Failure<'InvalidDisplayName'>;
export const invalidDisplayName: InvalidDisplayName = {
  kind: 'InvalidDisplayName',
  message: 'A name has 1 to 80 characters, on one line.',
};

const passwordFaults = {
  TOO_SHORT: 'A password has at least 10 characters.',
  TOO_LONG: 'A password has at most 128 characters.',
  SAME_AS_EMAIL: 'The password must not be the e-mail address.',
} as const;

export interface InvalidPassword extends Failure<'InvalidPassword'> {
  readonly reason: keyof typeof passwordFaults;
}
export const invalidPassword = (reason: InvalidPassword['reason']): InvalidPassword => ({
  kind: 'InvalidPassword',
  message: passwordFaults[reason],
  reason,
});

export type EmailTaken = Failure<'EmailTaken'>;
export const emailTaken: EmailTaken = {
  kind: 'EmailTaken',
  message: 'There is an account with this e-mail address already.',
};

/** One answer for an unknown address and for a wrong password: it tells nobody who has an account. */
export type InvalidCredentials = Failure<'InvalidCredentials'>;
export const invalidCredentials: InvalidCredentials = {
  kind: 'InvalidCredentials',
  message: 'The e-mail address or the password is not right.',
};

export interface TooManyAttempts extends Failure<'TooManyAttempts'> {
  readonly retryAt: Date;
}
export const tooManyAttempts = (retryAt: Date): TooManyAttempts => ({
  kind: 'TooManyAttempts',
  message: 'Too many wrong passwords. Wait a while, then try again.',
  retryAt,
});
