/** A user's address book. */
import type { PostalAddress } from '#contracts/addresses/address.ts';
import { type Id, idsOf, type UserId } from '#contracts/ids.ts';

export type { PostalAddress } from '#contracts/addresses/address.ts';
export type { WordedFault } from '#contracts/addresses/invalid-address.ts';
export type { FormField } from '#contracts/addresses/label.ts';
export type { Subdivision } from '#contracts/addresses/subdivisions.ts';

export const addressIds = idsOf('Address', 'adr');
export type AddressId = Id<'Address'>;

/** What an address is proposed for first. */
export type AddressUse = 'SHIPPING' | 'BILLING';
export const addressUses = ['SHIPPING', 'BILLING'] as const satisfies readonly AddressUse[];

export interface SavedAddress {
  readonly id: AddressId;
  readonly userId: UserId;
  readonly address: PostalAddress;
  /** An address book has at most one for each use. */
  readonly defaultFor: readonly AddressUse[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

// 50: more than a household writes to, and few enough to be shown as one list.
export const maxAddresses = 50;

/** What a new address becomes the default for: what is wished, and whatever has no default yet. */
export const usesOfNew = (
  book: readonly Pick<SavedAddress, 'defaultFor'>[],
  wished: readonly AddressUse[],
): readonly AddressUse[] =>
  addressUses.filter((use) => wished.includes(use) || !book.some(({ defaultFor }) => defaultFor.includes(use)));
