/** What is wrong with an address, as the customer reads it: the same words wherever one is typed. */
import type { Failure } from '../result.ts';
import { type AddressFault, addressLimits } from './address.ts';

export const addressTexts = {
  invalid: 'The address is incomplete or incorrect.',
  REQUIRED: 'Please fill this in.',
  INVALID_CHARACTERS: 'Line breaks and other control characters are not possible here.',
  INVALID_FORMAT: 'This is not in the form that this country uses.',
  UNKNOWN: 'This is not in the list of those that there are.',
  tooLong: (limit: number) => `At most ${limit} characters are possible here.`,
  formats: {
    postalCode: 'This is not a postal code of this country.',
    phone: 'A telephone number has 8 to 15 digits, with the code of its country first: +44 20 7925 0918.',
    line1: 'A Korean address has the name of a road and the number of a building: 테헤란로 152.',
  },
} as const;

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
