import { type AddressFault, addressLimits } from '#contracts/addresses/address.ts';
import type { Failure } from '#contracts/result.ts';
import { addressTexts } from '../customer-texts.ts';
import { maxAddresses } from './saved-address.ts';

/** A fault as the customer reads it. */
export interface WordedFault extends AddressFault {
  readonly message: string;
}

export interface InvalidAddress extends Failure<'InvalidAddress'> {
  readonly faults: readonly WordedFault[];
}
export const invalidAddress = (faults: readonly AddressFault[]): InvalidAddress => ({
  kind: 'InvalidAddress',
  message: addressTexts.invalid,
  faults: faults.map((fault) => ({ ...fault, message: faultText(fault) })),
});

const faultText = ({ field, reason }: AddressFault): string => {
  const { formats } = addressTexts;
  if (reason === 'TOO_LONG') return addressTexts.tooLong(addressLimits[field]);
  if (reason === 'INVALID_FORMAT' && field in formats) return formats[field as keyof typeof formats];
  return addressTexts[reason];
};

export type AddressNotFound = Failure<'AddressNotFound'>;
export const addressNotFound: AddressNotFound = { kind: 'AddressNotFound', message: addressTexts.notFound };

export interface TooManyAddresses extends Failure<'TooManyAddresses'> {
  readonly maximum: number;
}
export const tooManyAddresses: TooManyAddresses = {
  kind: 'TooManyAddresses',
  message: addressTexts.tooMany(maxAddresses),
  maximum: maxAddresses,
};
