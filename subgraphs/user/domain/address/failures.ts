import type { Failure } from '#contracts/result.ts';
import { addressBookTexts } from '../customer-texts.ts';
import { maxAddresses } from './saved-address.ts';

export type AddressNotFound = Failure<'AddressNotFound'>;
export const addressNotFound: AddressNotFound = { kind: 'AddressNotFound', message: addressBookTexts.notFound };

export interface TooManyAddresses extends Failure<'TooManyAddresses'> {
  readonly maximum: number;
}
export const tooManyAddresses: TooManyAddresses = {
  kind: 'TooManyAddresses',
  message: addressBookTexts.tooMany(maxAddresses),
  maximum: maxAddresses,
};
