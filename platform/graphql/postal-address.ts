/** The resolvers of an address, which more than one subgraph has: `Address` and what can be wrong with one. */
import type { AddressFault, AddressField, PostalAddress } from '#contracts/addresses/address.ts';
import { addressLines, subdivisionName } from '#contracts/addresses/label.ts';

/** A field of an address as the graph's style has it. */
export const addressFieldName = {
  name: 'NAME',
  company: 'COMPANY',
  line1: 'LINE1',
  line2: 'LINE2',
  district: 'DISTRICT',
  city: 'CITY',
  subdivision: 'SUBDIVISION',
  postalCode: 'POSTAL_CODE',
  country: 'COUNTRY',
  phone: 'PHONE',
} as const satisfies Record<AddressField, string>;

export const postalAddressTypes = {
  Address: {
    lines: (postal: PostalAddress) => addressLines(postal),
    subdivisionName: (postal: PostalAddress) => subdivisionName(postal),
  },
  AddressFault: { field: ({ field }: AddressFault) => addressFieldName[field] },
};
