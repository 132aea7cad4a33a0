import { afterAll, beforeAll, expect, test } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { aPassword, aRegistration, type UserTestApp, userTestApp } from '#kit/user/builders.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const ask: UserTestApp['ask'] = (...args) => kit.ask(...args);

const register = `mutation ($key: String, $input: RegisterInput!) { register(idempotencyKey: $key, input: $input) {
    __typename
    ... on RegisterSuccess { user { id email displayName roles { name } notifications { edges { cursor } } } }
    ... on Failure { message }
    ... on InvalidPassword { reason }
  } }`;
const signIn = `mutation ($key: String, $input: SignInInput!) { signIn(idempotencyKey: $key, input: $input) {
    __typename
    ... on SignInSuccess { accessToken expiresAt user { id } }
    ... on Failure { message }
    ... on TooManyAttempts { retryAt }
  } }`;
const inputOf = ({ email, password, displayName }: ReturnType<typeof aRegistration>) => ({
  email,
  password,
  displayName,
});

test('a guest registers, signs in, and reads their own account', async () => {
  const input = inputOf(aRegistration());
  const registered = await ask(guest, register, { key: null, input });
  expect(registered.data.register).toMatchObject({
    __typename: 'RegisterSuccess',
    user: {
      email: input.email,
      displayName: input.displayName,
      roles: [{ name: 'CUSTOMER' }],
      notifications: { edges: [] },
    },
  });

  const { email, password } = input;
  const signedIn = await ask(guest, signIn, { input: { email, password } });
  expect(signedIn.data.signIn).toMatchObject({
    __typename: 'SignInSuccess',
    accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    expiresAt: expect.stringMatching(/Z$/),
    user: { id: registered.data.register.user.id },
  });
});

test.each([
  [{ email: 'nobody' }, { __typename: 'InvalidEmail' }],
  [{ displayName: '' }, { __typename: 'InvalidDisplayName' }],
  [{ password: 'short' }, { __typename: 'InvalidPassword', reason: 'TOO_SHORT' }],
])('register with %j answers %j', async (changes, payload) => {
  const { data } = await ask(guest, register, { input: inputOf(aRegistration(changes)) });
  expect(data.register).toEqual({ ...payload, message: expect.stringMatching(/.+\.$/) });
});

test('a taken address and a used key are typed failures', async () => {
  const input = inputOf(aRegistration());
  await ask(guest, register, { key: 'k', input });
  const taken = await ask(guest, register, { key: 'other', input });
  expect(taken.data.register.__typename).toBe('EmailTaken');
  const conflict = await ask(guest, register, { key: 'k', input: { ...input, displayName: 'Else' } });
  expect(conflict.data.register.__typename).toBe('IdempotencyConflict');
});

test('wrong passwords get InvalidCredentials, then TooManyAttempts with a time', async () => {
  const input = { email: (await kit.customer()).email, password: 'wrong guess' };
  for (let guess = 1; guess <= 5; guess++)
    expect((await ask(guest, signIn, { input })).data.signIn.__typename).toBe('InvalidCredentials');
  const refused = await ask(guest, signIn, { input: { ...input, password: aPassword } });
  expect(refused.data.signIn).toMatchObject({
    __typename: 'TooManyAttempts',
    retryAt: expect.stringMatching(/Z$/),
  });
});

test.each(['', 'k'.repeat(101), 'line\nend', 'ключ'])('an idempotency key of %.10j is a caller fault', async (key) => {
  const variables = { key, input: inputOf(aRegistration()) };
  expect(await ask(guest, register, variables)).toMatchObject({ codes: ['BAD_USER_INPUT'] });
});
