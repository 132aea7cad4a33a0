import type { z } from 'zod';
import { type Email, parseEmail } from '#contracts/email.ts';
import { CallerFault, fail, ok, type Result } from '#contracts/result.ts';
import { type InvalidPassword, invalidPassword } from '../failures.ts';

/** A normalized password. It is never stored, logged, or made part of a digest other than its hash. */
export type Password = string & z.$brand<'Password'>;

// NIST SP 800-63B: length is what counts, and composition rules do harm. It requires at least 8; 10, because there is no
// second factor here.
const shortest = 10;
// 128: room for a passphrase; anything longer only costs us work.
const longest = 128;
// A character is one or two UTF-16 units. Checked first, so that nobody makes us normalise a megabyte.
const longestText = 2 * longest;

/**
 * Two keyboards may send the same letter as different characters (NIST SP 800-63B 5.1.1.2 requires normalisation). Every
 * password goes through here, new or typed again.
 */
const normalise = (text: string): Password => text.normalize('NFKC') as Password;

const lengthOf = (password: Password): number => [...password].length;

/** A new password for the account with this address, or the rule that it breaks. */
export const newPassword = (text: string, email: Email): Result<Password, InvalidPassword> => {
  if (text.length > longestText) return fail(invalidPassword('TOO_LONG'));
  // Each becomes U+FFFD in UTF-8, so two passwords would be one. No keyboard sends it: no rule that a form would show.
  if (!text.isWellFormed()) throw new CallerFault('BAD_USER_INPUT', 'A password cannot have half a surrogate pair.');
  const password = normalise(text);
  if (lengthOf(password) < shortest) return fail(invalidPassword('TOO_SHORT'));
  if (lengthOf(password) > longest) return fail(invalidPassword('TOO_LONG'));
  if (parseEmail(password) === email) return fail(invalidPassword('SAME_AS_EMAIL'));
  return ok(password);
};

/** A password typed to sign in; `undefined` when it is too long for any account to have it. */
export const typedPassword = (text: string): Password | undefined =>
  text.length > longestText ? undefined : normalise(text);
