import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';
import type { User } from '../domain/account/user.ts';
import { addressIds } from '../domain/address/saved-address.ts';

let kit: UserTestApp;
let ada: User;
let viewer: Viewer;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());
beforeEach(async () => {
  ada = await kit.customer();
  viewer = signedIn(ada.id);
});

const addressFields =
  'name company line1 line2 district city subdivision subdivisionName postalCode country phone lines';
const success = `address { id defaultFor address { ${addressFields} } } user { addresses { id } }`;
const failures = `... on Failure { message } ... on InvalidAddress { faults { field reason message } }
  ... on TooManyAddresses { maximum }`;
const save = `mutation ($key: String, $input: SaveAddressInput!) { saveAddress(idempotencyKey: $key, input: $input) {
  __typename ... on SaveAddressSuccess { ${success} } ${failures} } }`;
const remove = `mutation ($input: RemoveAddressInput!) { removeAddress(input: $input) {
  __typename ... on RemoveAddressSuccess { user { addresses { id } defaultShippingAddress { id } } }
  ... on Failure { message } } }`;
const setDefault = `mutation ($input: SetDefaultAddressInput!) { setDefaultAddress(input: $input) {
  __typename ... on SetDefaultAddressSuccess { ${success} } ... on Failure { message } } }`;
const seoul = {
  ...{ name: 'Minjun Kim', line1: '152, Teheran-ro', line2: '12F', city: 'Gangnam-gu', subdivision: 'Seoul' },
  ...{ postalCode: '06236', country: 'KR', phone: '010-1234-5678' },
};

const ask = (source: string, variables: object = {}, by = viewer) => kit.ask(by, source, { ...variables });
const saved = async (input: object = {}): Promise<string> =>
  (await ask(save, { input: { address: seoul, ...input } })).data.saveAddress.address.id;

it('a customer saves an address and reads it as it is written in its country', async () => {
  const { data } = await ask(save, { input: { address: seoul } });
  expect(data.saveAddress).toMatchObject({
    __typename: 'SaveAddressSuccess',
    address: {
      defaultFor: ['SHIPPING', 'BILLING'],
      address: {
        ...{ ...seoul, company: null, district: null, subdivision: '11', subdivisionName: 'Seoul' },
        phone: '+821012345678',
        lines: ['Minjun Kim', '152, Teheran-ro', '12F', 'Gangnam-gu', 'Seoul', '06236'],
      },
    },
  });
  const mine = await ask('{ me { addresses { id } defaultShippingAddress { id } defaultBillingAddress { id } } }');
  const { id } = data.saveAddress.address;
  expect(mine.data.me).toEqual({
    ...{ addresses: [{ id }], defaultShippingAddress: { id }, defaultBillingAddress: { id } },
  });
});

it('names every fault of an address in one answer', async () => {
  const { data } = await ask(save, { input: { address: { name: '', line1: 'x\ny', country: 'US', postalCode: 'x' } } });
  expect(data.saveAddress).toMatchObject({ __typename: 'InvalidAddress', message: expect.stringMatching(/\.$/) });
  const { faults } = data.saveAddress as { faults: { field: string; reason: string; message: string }[] };
  expect(faults.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
    ...[
      'NAME REQUIRED',
      'LINE1 INVALID_CHARACTERS',
      'CITY REQUIRED',
      'SUBDIVISION REQUIRED',
      'POSTAL_CODE INVALID_FORMAT',
    ],
  ]);
  expect(faults.every(({ message }) => message.endsWith('.'))).toBe(true);
});

it('shows the book as it is after each of several mutations of one document', async () => {
  const first = await saved();
  const { data } = await ask(
    `mutation ($one: RemoveAddressInput!, $two: SaveAddressInput!) {
      one: removeAddress(input: $one) { ... on RemoveAddressSuccess { user { addresses { id } } } }
      two: saveAddress(input: $two) { ... on SaveAddressSuccess { address { id } user { addresses { id } } } } }`,
    { one: { addressId: first }, two: { address: seoul } },
  );
  expect(data.one.user.addresses).toEqual([]);
  expect(data.two.user.addresses).toEqual([{ id: data.two.address.id }]);
});

it('changes the default, removes it, and has none then', async () => {
  const first = await saved();
  const second = await saved();
  const changed = await ask(setDefault, { input: { addressId: second, use: 'SHIPPING' } });
  expect(changed.data.setDefaultAddress).toMatchObject({ address: { id: second, defaultFor: ['SHIPPING'] } });
  const removed = await ask(remove, { input: { addressId: second } });
  expect(removed.data.removeAddress.user).toEqual({ addresses: [{ id: first }], defaultShippingAddress: null });
});

it('has no address of other people, and none behind an id that is not one', async () => {
  const id = await saved();
  const eve = signedIn((await kit.customer()).id);
  for (const addressId of [id, addressIds.create(), '', ada.id, '\u0000']) {
    const answers = [
      (await ask(save, { input: { id: addressId, address: seoul } }, eve)).data.saveAddress,
      (await ask(remove, { input: { addressId } }, eve)).data.removeAddress,
      (await ask(setDefault, { input: { addressId, use: 'BILLING' } }, eve)).data.setDefaultAddress,
    ];
    expect(answers.map(({ __typename }) => __typename)).toEqual(Array(3).fill('AddressNotFound'));
  }
  const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { addresses { id } } } }`;
  const of = { r: [{ __typename: 'User', id: ada.id }] };
  expect((await ask(entities, of, eve)).data._entities).toEqual([null]);
  expect((await ask(entities, of, signedIn(eve.id, 'STAFF'))).data._entities).toEqual([{ addresses: [{ id }] }]);
});

it('answers a retry after the address was removed with that', async () => {
  const variables = { key: 'k', input: { address: seoul } };
  const { id } = (await ask(save, variables)).data.saveAddress.address;
  expect((await ask(save, variables)).data.saveAddress.address).toMatchObject({ id });
  await ask(remove, { input: { addressId: id } });
  expect((await ask(save, variables)).data.saveAddress.__typename).toBe('AddressNotFound');
});

it.each([
  ['a guest', guest, 'UNAUTHENTICATED'],
  [
    'a guest with a session',
    { ...guest, session: { guestId: `gst_${'0'.repeat(32)}`, sessionId: 's' } },
    'UNAUTHENTICATED',
  ],
  ['an API key', { kind: 'apiKey', id: `key_${'0'.repeat(32)}`, permissions: ['users:manage'] }, 'FORBIDDEN'],
] as [string, Viewer, string][])('%s has no address book', async (_, other, code) => {
  expect((await ask(save, { input: { address: seoul } }, other)).codes).toEqual([code]);
});

it('reads the address books of many users in one statement', async () => {
  await saved();
  const users = await Promise.all(Array.from({ length: 5 }, () => kit.customer()));
  const before = kit.statements.length;
  await ask(
    `query ($r: [_Any!]!) { _entities(representations: $r) {
      ... on User { addresses { id } defaultShippingAddress { id } defaultBillingAddress { id } } } }`,
    { r: [ada, ...users].map(({ id }) => ({ __typename: 'User', id })) },
    signedIn(ada.id, 'STAFF'),
  );
  expect(kit.statements.slice(before)).toHaveLength(2);
});

it('tells anybody what a country asks for', async () => {
  const form = `query ($country: String!) { addressForm(country: $country) {
    country fields { field isRequired } subdivisions { code name latinName } } }`;
  const korea = (await ask(form, { country: 'kr' }, guest)).data.addressForm;
  expect(korea.fields[0]).toEqual({ field: 'SUBDIVISION', isRequired: true });
  expect(korea.subdivisions[0]).toEqual({ code: '11', name: '서울특별시', latinName: 'Seoul' });
  expect((await ask(form, { country: 'constructor' }, guest)).data.addressForm).toBeNull();
});
