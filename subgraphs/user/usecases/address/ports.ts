/** What the use cases of the address book need from outside. */
import type { PostalAddress } from '#contracts/addresses/address.ts';
import type { UserId } from '#contracts/ids.ts';
import type { AddressId, AddressUse, SavedAddress } from '../../domain/address/saved-address.ts';

export interface AddressStore {
  /** The user's address book, locked until the transaction ends. Nothing when there is no such user, or the account is closed. */
  lockBook(userId: UserId): Promise<readonly Pick<SavedAddress, 'id' | 'defaultFor'>[] | undefined>;
  /** As a default for nothing. */
  insert(address: Omit<SavedAddress, 'defaultFor'>): Promise<void>;
  update(id: AddressId, address: PostalAddress, updatedAt: Date): Promise<void>;
  /** The one and only default for these uses; the book is locked. */
  setDefault(userId: UserId, id: AddressId, uses: readonly AddressUse[]): Promise<void>;
  remove(id: AddressId): Promise<void>;
  /** For the end of an account. */
  removeAll(userId: UserId): Promise<void>;
}

export interface AddressReads {
  /** The address books of users, newest address first. One statement. */
  addressesOf(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly SavedAddress[]>>;
}
