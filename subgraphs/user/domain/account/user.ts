/** A person with an account, and what only signing in needs to know. */
import type { z } from 'zod';
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { DisplayName } from './display-name.ts';

export interface User {
  readonly id: UserId;
  readonly email: Email;
  readonly displayName: DisplayName;
  readonly createdAt: Date;
}

/** The hash is kept out of `User`, so that nothing that is shown can contain it. */
export interface Account {
  readonly user: User;
  readonly passwordHash: PasswordHash;
}

/** A salted hash that includes its algorithm and cost. */
export type PasswordHash = string & z.$brand<'PasswordHash'>;
