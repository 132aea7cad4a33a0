/** A person with an account, as others may see them; and what only signing in needs to know. */
import type { z } from 'zod';
import type { Email } from '#contracts/email.ts';
import type { UserId } from '#contracts/ids.ts';
import type { Role } from '#contracts/viewer.ts';
import type { DisplayName } from './display-name.ts';

export interface User {
  readonly id: UserId;
  readonly email: Email;
  readonly displayName: DisplayName;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
}

/** The hash stays out of `User`, so that nothing which is shown can hold it. */
export interface Account {
  readonly user: User;
  readonly passwordHash: PasswordHash;
}

/** A salted hash that names its own algorithm and cost. */
export type PasswordHash = string & z.$brand<'PasswordHash'>;
