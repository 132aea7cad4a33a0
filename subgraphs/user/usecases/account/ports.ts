/** What the use cases of accounts need from outside. */
import type { UserId } from '#contracts/ids.ts';
import type { Viewer } from '#contracts/viewer.ts';
import type { Password } from '../../domain/account/password.ts';
import type { Account, PasswordHash, User } from '../../domain/account/user.ts';

export interface AccountStore {
  /** False when the address already has an account; nothing is written then. */
  insert(account: Account): Promise<boolean>;
}

export interface AccountReads {
  /** The users visible to the viewer (themselves; all for staff), in no particular order. One statement. */
  users(viewer: Viewer, ids: readonly UserId[]): Promise<readonly User[]>;
}

export interface Passwords {
  hash(password: Password): Promise<PasswordHash>;
  /** Without a hash (no such account) the result is false, and takes as long as with one. */
  isRight(password: Password, hash: PasswordHash | undefined): Promise<boolean>;
}
