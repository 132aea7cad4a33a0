import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { anAddress, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import type { Prisma } from '#prisma/user/client/client.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const account: Prisma.UserCreateInput = {
  id: namedId('User', 'somebody'),
  email: 'somebody@example.com',
  displayName: 'Somebody',
  passwordHash: '$argon2id$v=19$…',
  createdAt: new Date(),
};

test.each([
  ['an id of another kind', { id: namedId('Order', '1') }, 'user_account_id_is_a_user_id'],
  ['an address in upper case', { email: 'Somebody@example.com' }, 'user_account_email_is_normalised'],
  ['an address with blanks', { email: ' somebody@example.com' }, 'user_account_email_is_normalised'],
  ['an address at a domain that is not in ASCII', { email: 'somebody@exämple.de' }, 'user_account_email_is_ascii'],
  ['a blank name', { displayName: ' ' }, 'user_account_display_name_is_not_blank'],
  ['a password that is not hashed', { passwordHash: 'correct horse' }, 'user_account_password_is_hashed'],
])('the database refuses an account with %s', async (_, changes, constraint) => {
  await expect(kit.prisma.user.create({ data: { ...account, ...changes } })).rejects.toThrow(constraint);
});

test.each([
  ['failures at no time', { failures: 1, lastSignedInAt: new Date() }, 'sign_in_attempts_counts_failures'],
  ['no failures at a time', { failures: 0, lastFailedAt: new Date() }, 'sign_in_attempts_counts_failures'],
  ['nothing', { failures: 0 }, 'sign_in_attempts_remembers_something'],
])('the database refuses to remember %s of an address', async (_, what, constraint) => {
  const data = { email: 'somebody@example.com', address: anAddress, forgetAt: new Date(), ...what };
  await expect(kit.prisma.signInAttempts.create({ data })).rejects.toThrow(constraint);
});

test('the database refuses a count of no guesses', async () => {
  const data = { email: 'somebody@example.com', failures: 0, since: new Date() };
  await expect(kit.prisma.strangersGuesses.create({ data })).rejects.toThrow('strangers_guesses_counts_failures');
});

test('the database refuses an order notification without an order', async () => {
  const { id: customerId } = await kit.customer();
  const data = { id: 'n', customerId, kind: 'ORDER_PLACED', title: 't', body: 'b', createdAt: new Date() } as const;
  await expect(kit.prisma.notification.create({ data })).rejects.toThrow('notification_names_its_order');
});
