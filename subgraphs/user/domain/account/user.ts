/** A person with an account, and what only signing in needs to know. */
import type { z } from 'zod';
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { DisplayName } from './display-name.ts';
import type { Locale } from './locale.ts';

export interface User {
  readonly id: UserId;
  readonly email: Email;
  readonly displayName: DisplayName;
  /** The language that they are written to in. */
  readonly locale: Locale;
  /** When they proved that they read the mail of the address. */
  readonly emailVerifiedAt: Date | null;
  readonly createdAt: Date;
}

/** The hash is kept out of `User`, so that nothing that is shown can contain it. */
export interface Account {
  readonly user: User;
  /** Without one no password is right: there is only the way through the mailbox. */
  readonly passwordHash: PasswordHash | null;
  /** Since when it can be signed in to: since registration or, where verification is required, since that. */
  readonly openedAt: Date | null;
}

/** A salted hash that includes its algorithm and cost. */
export type PasswordHash = string & z.$brand<'PasswordHash'>;
