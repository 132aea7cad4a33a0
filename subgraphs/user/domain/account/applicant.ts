/** What somebody registers with, checked. */
import { type Email, parseEmail } from '#contracts/email.ts';
import { fail, ok, type Result } from '#contracts/result.ts';
import {
  type InvalidDisplayName,
  type InvalidEmail,
  type InvalidPassword,
  invalidDisplayName,
  invalidEmail,
} from '../failures.ts';
import { type DisplayName, parseDisplayName } from './display-name.ts';
import { type Locale, parseLocale } from './locale.ts';
import { newPassword, type Password } from './password.ts';

export interface Applicant {
  readonly email: Email;
  readonly displayName: DisplayName;
  readonly locale: Locale;
  readonly password: Password;
}

export interface Application {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  /** A language tag. One that there are no texts in counts as none. */
  readonly locale?: string | null | undefined;
}

/** `shopLanguage`: what somebody is written to in who does not say. */
export const parseApplicant = (
  application: Application,
  shopLanguage: Locale,
): Result<Applicant, InvalidEmail | InvalidDisplayName | InvalidPassword> => {
  const email = parseEmail(application.email);
  if (!email) return fail(invalidEmail);
  const displayName = parseDisplayName(application.displayName);
  if (!displayName) return fail(invalidDisplayName);
  const password = newPassword(application.password, email);
  const locale = parseLocale(application.locale ?? '') ?? shopLanguage;
  return password.ok ? ok({ email, displayName, locale, password: password.value }) : password;
};
