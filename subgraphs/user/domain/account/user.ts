/** A person with an account, their sessions, and what only signing in needs to know. */
import type { z } from 'zod';
import type { Email } from '#contracts/email.ts';
import type { SessionId, UserId } from '#contracts/ids.ts';
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

/** One sign-in on one device. Access tokens name it, so that it can be ended before they expire. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly createdAt: Date;
}
