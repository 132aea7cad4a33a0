/** Failures that the customer can act on. Each `kind` is the GraphQL type of the same name. */
import type { Failure, IdempotencyConflict } from '#contracts/result.ts';
import { failureTexts, passwordFaults } from './customer-texts.ts';

export type RegisterFailure = InvalidEmail | InvalidDisplayName | InvalidPassword | EmailTaken | IdempotencyConflict;

export type SignInFailure = InvalidCredentials | EmailNotVerified | TooManyAttempts | IdempotencyConflict;

export type InvalidEmail = Failure<'InvalidEmail'>;
export const invalidEmail: InvalidEmail = { kind: 'InvalidEmail', message: failureTexts.invalidEmail };

export type InvalidDisplayName = Failure<'InvalidDisplayName'>;
export const invalidDisplayName: InvalidDisplayName = {
  kind: 'InvalidDisplayName',
  message: failureTexts.invalidDisplayName,
};

export interface InvalidPassword extends Failure<'InvalidPassword'> {
  readonly reason: keyof typeof passwordFaults;
}
export const invalidPassword = (reason: InvalidPassword['reason']): InvalidPassword => ({
  kind: 'InvalidPassword',
  message: passwordFaults[reason],
  reason,
});

export type EmailTaken = Failure<'EmailTaken'>;
export const emailTaken: EmailTaken = { kind: 'EmailTaken', message: failureTexts.emailTaken };

export type InvalidCredentials = Failure<'InvalidCredentials'>;
export const invalidCredentials: InvalidCredentials = {
  kind: 'InvalidCredentials',
  message: failureTexts.invalidCredentials,
};

export type EmailNotVerified = Failure<'EmailNotVerified'>;
export const emailNotVerified: EmailNotVerified = { kind: 'EmailNotVerified', message: failureTexts.emailNotVerified };

export type InvalidToken = Failure<'InvalidToken'>;
export const invalidToken: InvalidToken = { kind: 'InvalidToken', message: failureTexts.invalidToken };

export interface TooManyAttempts extends Failure<'TooManyAttempts'> {
  readonly retryAt: Date;
}
export const tooManyAttempts = (retryAt: Date): TooManyAttempts => ({
  kind: 'TooManyAttempts',
  message: failureTexts.tooManyAttempts,
  retryAt,
});
