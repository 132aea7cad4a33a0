import { describe, expect, it } from 'vitest';
import type { PostalAddress } from '#contracts/addresses/address.ts';
import { mergeChoices } from '../cart/cart.ts';
import { couponStates, destinationOf } from './cart-pricing.ts';
import { aCandidate, methodId, priced, promotionId } from './pricing.fixture.ts';

const at = (country: string, subdivision: string | null): PostalAddress => ({
  ...{ name: 'Ada', company: null, line1: '1 Main St', line2: null, district: null, city: 'x', postalCode: null },
  ...{ country, subdivision, phone: null },
});

describe('where a cart goes', () => {
  it.each([
    ['nowhere yet', null, null, null],
    ['to the country that was chosen', null, 'DE', { country: 'DE' }],
    ['to its address, whatever was chosen before', at('US', 'CA'), 'DE', { country: 'US', region: 'CA' }],
    ['to an address without regions', at('DE', null), null, { country: 'DE', region: undefined }],
  ])('is %s', (_, shippingAddress, country, destination) => {
    expect(destinationOf({ shippingAddress, country })).toEqual(destination);
  });
});

it('says of each code whether it applies, and why not', () => {
  const off = { kind: 'PERCENTAGE', ratePpm: 100_000 } as const;
  const candidates = [
    { ...aCandidate(off), code: 'APPLIES' },
    { ...aCandidate(off, { id: promotionId(2), minimumSpend: { EUR: 5_000 } }), code: 'LATER' },
  ];
  expect(couponStates({ couponCodes: ['LATER', 'GONE', 'APPLIES'] }, priced({ candidates }))).toEqual([
    { code: 'LATER', reason: 'MINIMUM_SPEND' },
    { code: 'GONE', reason: 'UNKNOWN' },
    { code: 'APPLIES', reason: null },
  ]);
});

describe("a guest's and a user's choices, merged", () => {
  const none = { couponCodes: [], shippingMethodId: null, country: null };
  it('are what the guest has chosen last, and the codes of both, as many as a cart takes', () => {
    const guests = { couponCodes: ['A', 'B', 'C'], shippingMethodId: methodId(1), country: 'DE' };
    const users = { couponCodes: ['B', 'D', 'E', 'F'], shippingMethodId: methodId(2), country: 'US' };
    expect(mergeChoices(guests, users)).toEqual({ ...guests, couponCodes: ['A', 'B', 'C', 'D', 'E'] });
    expect(mergeChoices(none, users)).toEqual(users);
  });
});
