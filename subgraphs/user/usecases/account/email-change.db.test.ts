import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import {
  anAddress,
  aPassword,
  aRegistration,
  aSignIn,
  ofKind,
  tokenIn,
  type UserTestApp,
  userTestApp,
} from '#kit/user/builders.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

type Person = Awaited<ReturnType<UserTestApp['customer']>>;
const day = 24 * 3_600_000;
const failing = (kind: string) => ({ ok: false, failure: { kind } });
const aNewAddress = () => `${newId('User')}@example.com`;

const customer = async () => {
  const person = await kit.customer();
  await kit.sendMail();
  kit.advance(1);
  return person;
};
const signIn = (email: string) => kit.app.commands.signIn(aSignIn({ email }));
const request = ({ id }: Person, newEmail: string, password = aPassword) =>
  kit.app.commands.requestEmailChange({
    ...{ userId: id, newEmail, password, address: anAddress, idempotencyKey: undefined },
  });
const confirm = (token: string) => kit.app.commands.confirmEmailChange({ token, sessionId: undefined });
const changeToken = async (person: Person, newEmail: string) => {
  await request(person, newEmail);
  return tokenIn(ofKind(await kit.sendMail(), 'CONFIRM_EMAIL_CHANGE'));
};

test('is confirmed at the new address, told to the old one, and signs out elsewhere', async () => {
  const ada = await customer();
  const newEmail = aNewAddress();
  await signIn(ada.email);
  expect(await request(ada, ` ${newEmail.toUpperCase()}`)).toEqual({ ok: true, value: newEmail });
  const mails = await kit.sendMail();
  expect(ofKind(mails, 'CONFIRM_EMAIL_CHANGE').map(({ to }) => to.address)).toEqual([newEmail]);
  expect(await signIn(newEmail)).toMatchObject(failing('InvalidCredentials'));

  const token = tokenIn(ofKind(mails, 'CONFIRM_EMAIL_CHANGE'));
  for (const _ of ['first', 'again']) expect(await confirm(token)).toEqual({ ok: true, value: newEmail });
  expect(ofKind(await kit.sendMail(), 'EMAIL_CHANGED').map(({ to }) => to.address)).toEqual([ada.email]);
  expect(await kit.prisma.session.count({ where: { userId: ada.id, endedAt: null } })).toBe(0);
  expect(await kit.prisma.denial.count({ where: { subject: ada.id } })).toBe(1);
  expect(await signIn(ada.email)).toMatchObject(failing('InvalidCredentials'));
  expect(await signIn(newEmail)).toMatchObject({ ok: true, value: { user: { emailVerifiedAt: expect.any(Date) } } });
});

test('needs the password, an address, and another one than before', async () => {
  const ada = await customer();
  expect(await request(ada, aNewAddress(), 'a wrong password')).toMatchObject(failing('InvalidCredentials'));
  expect(await request(ada, 'no address')).toMatchObject(failing('InvalidEmail'));
  expect(await request(ada, ada.email)).toMatchObject(failing('EmailUnchanged'));
  expect(await kit.sendMail()).toEqual([]);
});

test('to the address of another account: the answer does not say so, its owner is told', async () => {
  const [ada, grace] = [await customer(), await customer()];
  expect(await request(ada, grace.email)).toEqual({ ok: true, value: grace.email });
  expect((await kit.sendMail()).map(({ kind, to }) => [kind, to.address])).toEqual([
    ['ALREADY_REGISTERED', grace.email],
  ]);
});

test('to an address that was registered meanwhile', async () => {
  const ada = await customer();
  const email = aNewAddress();
  const token = await changeToken(ada, email);
  await kit.app.commands.register(aRegistration({ email }));
  expect(await confirm(token)).toMatchObject(failing('EmailTaken'));
  expect(await signIn(ada.email)).toMatchObject({ ok: true });
});

test('racing with a registration of the address, one of the two gets it', async () => {
  const ada = await customer();
  for (let round = 1; round <= 5; round++) {
    const email = aNewAddress();
    const token = await changeToken(ada, email);
    const [confirmed, registered] = await Promise.all([
      confirm(token),
      kit.app.commands.register(aRegistration({ email })),
    ]);
    expect([confirmed.ok, registered.ok].filter(Boolean)).toHaveLength(1);
    expect(await kit.prisma.user.count({ where: { email } })).toBe(1);
    kit.advance(day);
  }
});

test('two addresses in turn: the later confirmation counts, and the earlier token is void', async () => {
  const ada = await customer();
  const [first, second] = [aNewAddress(), aNewAddress()];
  const [one, two] = [await changeToken(ada, first), await changeToken(ada, second)];
  kit.advance(1);
  expect(await confirm(two)).toMatchObject({ ok: true });
  expect(await confirm(one)).toMatchObject(failing('InvalidToken'));
  expect(await signIn(second)).toMatchObject({ ok: true });
});

test('a reset that was sent to the old address is void afterwards', async () => {
  const ada = await customer();
  await kit.app.commands.requestPasswordReset({ email: ada.email, idempotencyKey: undefined });
  const token = tokenIn(await kit.sendMail());
  await confirm(await changeToken(ada, aNewAddress()));
  const reset = { token, newPassword: 'another password', address: anAddress, idempotencyKey: undefined };
  expect(await kit.app.commands.resetPassword(reset)).toMatchObject(failing('InvalidToken'));
});

test('expires after a day; a stranger gets three mails an hour, whoever asks', async () => {
  const [ada, eve] = [await customer(), await customer()];
  const email = aNewAddress();
  const token = await changeToken(ada, email);
  for (const who of [ada, eve, ada, eve]) await request(who, email);
  expect(await kit.sendMail()).toHaveLength(2);
  kit.advance(day);
  expect(await confirm(token)).toMatchObject(failing('InvalidToken'));
});
