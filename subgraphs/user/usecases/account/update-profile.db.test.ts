import { afterAll, beforeAll, expect, test } from 'vitest';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { signedIn } from '#kit/user/viewers.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const mutation = `mutation ($key: String, $input: UpdateProfileInput!) { updateProfile(idempotencyKey: $key, input: $input) {
  __typename
  ... on UpdateProfileSuccess { user { displayName locale } }
  ... on Failure { message }
  ... on UnsupportedLocale { supported }
} }`;

const update = async (id: Awaited<ReturnType<UserTestApp['customer']>>['id'], input: object, key?: string) =>
  (await kit.ask(signedIn(id), mutation, { input, key })).data.updateProfile;

test('changes what is given, and leaves the rest', async () => {
  const { id } = await kit.customer({ locale: 'ko-KR' });
  expect(await update(id, { displayName: ' Grace  ' })).toMatchObject({ user: { displayName: 'Grace', locale: 'ko' } });
  expect(await update(id, { locale: 'en-GB' })).toMatchObject({ user: { displayName: 'Grace', locale: 'en' } });
  expect(await update(id, {})).toMatchObject({ user: { displayName: 'Grace', locale: 'en' } });
});

test('refuses a name that is none, and a language that there are no texts in', async () => {
  const { id } = await kit.customer();
  expect(await update(id, { displayName: '  ', locale: 'ko' })).toMatchObject({ __typename: 'InvalidDisplayName' });
  expect(await update(id, { locale: 'xx' })).toMatchObject({
    __typename: 'UnsupportedLocale',
    supported: ['en', 'ko'],
  });
  expect(await kit.prisma.user.findUnique({ where: { id } })).toMatchObject({ locale: 'en' });
});

test('a late retry does not take back what was changed since', async () => {
  const { id } = await kit.customer();
  await update(id, { displayName: 'First' }, 'k');
  await update(id, { displayName: 'Second' });
  expect(await update(id, { displayName: 'First' }, 'k')).toMatchObject({ __typename: 'UpdateProfileSuccess' });
  expect(await kit.prisma.user.findUnique({ where: { id } })).toMatchObject({ displayName: 'Second' });
  expect(await update(id, { displayName: 'Third' }, 'k')).toMatchObject({ __typename: 'IdempotencyConflict' });
});
