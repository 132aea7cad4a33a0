import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import {
  aRegistration,
  aSignIn,
  ofKind,
  tokenIn,
  tokensIn,
  type UserTestApp,
  userTestApp,
} from '#kit/user/builders.ts';
import { admin } from '../../domain/access/role.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp({ emailVerification: 'required' });
});
afterAll(() => kit[Symbol.asyncDispose]());

const hour = 3_600_000;
const succeeding = { ok: true, value: null };
const failing = (kind: string) => ({ ok: false, failure: { kind } });

const register = (registration: ReturnType<typeof aRegistration>) => kit.app.commands.register(registration);
const signIn = (registration: ReturnType<typeof aRegistration>) => kit.app.commands.signIn(aSignIn(registration));
const verify = (token: string) => kit.app.commands.verifyEmail(token);
const resend = (email: string) => kit.app.commands.resendVerification({ email, idempotencyKey: undefined });
const account = (email: string) => kit.prisma.user.findUniqueOrThrow({ where: { email } });
const eventsOf = async (email: string) =>
  (await kit.prisma.outboxMessage.findMany({ where: { aggregateId: (await account(email)).id } })).map(
    ({ type }) => type,
  );

/** Somebody whose address is verified. */
const owner = async (registration = aRegistration()) => {
  await register(registration);
  await verify(tokenIn(await kit.sendMail()));
  return registration;
};

test('an account opens when its address is verified, and others hear of it then', async () => {
  const ada = aRegistration();
  expect(await register(ada)).toEqual(succeeding);
  expect(await signIn(ada)).toMatchObject(failing('EmailNotVerified'));
  expect(await signIn({ ...ada, password: 'a wrong password' })).toMatchObject(failing('InvalidCredentials'));
  expect(await eventsOf(ada.email)).toEqual([]);

  expect(await verify(tokenIn(await kit.sendMail()))).toEqual({ ok: true, value: ada.email });
  expect(await eventsOf(ada.email)).toEqual(['user.registered']);
  expect(await signIn(ada)).toMatchObject({ ok: true, value: { user: { emailVerifiedAt: expect.any(Date) } } });
});

test('the answer is the same for a free and for a taken address; the mail makes the difference', async () => {
  const ada = await owner();
  const answers = [];
  for (const email of [ada.email, aRegistration().email]) {
    const input = { email, password: 'another password', displayName: 'Eve' };
    const mutation = `mutation ($input: RegisterInput!) { register(idempotencyKey: "k", input: $input) {
      __typename ... on RegisterSuccess { user { id } } } }`;
    for (const _ of ['first', 'retry']) answers.push((await kit.ask(guest, mutation, { input })).data);
  }
  expect(answers).toEqual(Array(4).fill({ register: { __typename: 'RegisterSuccess', user: null } }));
  expect((await kit.sendMail()).map(({ kind }) => kind).sort()).toEqual(['ALREADY_REGISTERED', 'VERIFY_EMAIL']);
  expect(await signIn(ada)).toMatchObject({ ok: true });
});

test('for every address as many passwords are hashed and compared', async () => {
  const ada = await owner();
  const waiting = aRegistration();
  await register(waiting);
  const counted = [];
  for (const email of [ada.email, waiting.email, aRegistration().email]) {
    const before = { ...kit.hashing };
    await register(aRegistration({ email, password: 'another password' }));
    counted.push({ made: kit.hashing.made - before.made, compared: kit.hashing.compared - before.compared });
  }
  expect(counted).toEqual(Array(3).fill({ made: 1, compared: 1 }));
  await kit.sendMail();
});

describe('a token', () => {
  test('may be used twice, and is good for nothing else', async () => {
    const ada = aRegistration();
    await register(ada);
    const token = tokenIn(await kit.sendMail());
    const { resetPassword, confirmEmailChange } = kit.app.commands;
    const reset = { token, newPassword: 'another password', address: ada.address, idempotencyKey: undefined };
    expect(await resetPassword(reset)).toMatchObject(failing('InvalidToken'));
    expect(await confirmEmailChange({ token, sessionId: undefined })).toMatchObject(failing('InvalidToken'));
    for (const _ of ['first', 'again']) expect(await verify(token)).toMatchObject({ ok: true });
    expect(await eventsOf(ada.email)).toEqual(['user.registered']);
  });

  test.each(['', 'unknown', 'x'.repeat(10_000), '\u0000'])('%.20j is none', async (token) => {
    expect(await verify(token)).toMatchObject(failing('InvalidToken'));
  });

  test('expires after a day; another can be requested', async () => {
    const ada = aRegistration();
    await register(ada);
    const token = tokenIn(await kit.sendMail());
    kit.advance(24 * hour);
    expect(await verify(token)).toMatchObject(failing('InvalidToken'));
    await resend(ada.email);
    expect(await verify(tokenIn(await kit.sendMail()))).toMatchObject({ ok: true });
  });

  test('used at once by twenty clicks opens the account once', async () => {
    const ada = aRegistration();
    await register(ada);
    const token = tokenIn(await kit.sendMail());
    const results = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await eventsOf(ada.email)).toEqual(['user.registered']);
  });
});

describe('sending the mail again', () => {
  test('is limited to three an hour, with the same answer', async () => {
    const ada = aRegistration();
    await register(ada);
    const answers = [];
    for (let n = 0; n < 10; n++) answers.push(await resend(ada.email));
    expect(answers).toEqual(Array(10).fill({ ok: true, value: ada.email }));
    expect(await kit.sendMail()).toHaveLength(3);
    kit.advance(hour);
    await resend(ada.email);
    expect(await kit.sendMail()).toHaveLength(1);
  });

  test('answers the same for an unknown and for a verified address, and sends nothing', async () => {
    const ada = await owner();
    for (const email of [ada.email, aRegistration().email])
      expect(await resend(` ${email.toUpperCase()} `)).toEqual({ ok: true, value: email });
    expect(await resend('no address')).toMatchObject(failing('InvalidEmail'));
    expect(await kit.sendMail()).toEqual([]);
  });

  test('a retry with the same key sends no second mail', async () => {
    const ada = aRegistration();
    await register(ada);
    await kit.sendMail();
    for (const _ of ['first', 'retry'])
      await kit.app.commands.resendVerification({ email: ada.email, idempotencyKey: 'k' });
    expect(await kit.sendMail()).toHaveLength(1);
  });
});

describe('somebody has registered the address of another', () => {
  const eve = (email: string) => aRegistration({ email, password: 'what Eve knows', displayName: 'Eve' });

  test('when its owner registers, neither password counts; the mailbox decides', async () => {
    const ada = aRegistration();
    await register(eve(ada.email));
    const [ofEve] = tokensIn(await kit.sendMail());
    await register(ada);
    const mails = await kit.sendMail();
    expect(mails.map(({ kind }) => kind)).toEqual(['RESET_PASSWORD']);

    // Ada clicks on the older mail: it must not open the account with Eve's password.
    expect(await verify(ofEve ?? '')).toMatchObject(failing('InvalidToken'));
    for (const each of [ada, eve(ada.email)]) expect(await signIn(each)).toMatchObject(failing('InvalidCredentials'));

    const reset = { token: tokenIn(mails), newPassword: ada.password, address: ada.address, idempotencyKey: undefined };
    expect(await kit.app.commands.resetPassword(reset)).toMatchObject({ ok: true });
    // Nor is the account called what Eve typed.
    const displayName = ada.email.split('@')[0];
    expect(await signIn(ada)).toMatchObject({ ok: true, value: { user: { displayName } } });
    expect(await signIn(eve(ada.email))).toMatchObject(failing('InvalidCredentials'));
    expect(await eventsOf(ada.email)).toContain('user.registered');
    await kit.sendMail();
  });

  test('in the other order, and with a mail that is composed only afterwards', async () => {
    const ada = aRegistration();
    await register(ada);
    await register(eve(ada.email));
    const mails = await kit.sendMail();
    expect(mails.map(({ kind }) => kind).sort()).toEqual(['RESET_PASSWORD', 'VERIFY_EMAIL']);
    const [ofAda] = ofKind(mails, 'VERIFY_EMAIL');
    expect(await verify(tokenIn(ofAda ? [ofAda] : []))).toMatchObject(failing('InvalidToken'));
  });

  test('the mail for such an account is one for setting a password, also when it is sent again', async () => {
    const ada = aRegistration();
    await register(ada);
    await register(eve(ada.email));
    await kit.sendMail();
    await resend(ada.email);
    expect((await kit.sendMail()).map(({ kind }) => kind)).toEqual(['RESET_PASSWORD']);
  });

  test('registering twice with the same password sends the mail again, and both work', async () => {
    const ada = aRegistration();
    await register(ada);
    await register(ada);
    const [first, second] = tokensIn(await kit.sendMail());
    expect(await verify(second ?? '')).toMatchObject({ ok: true });
    expect(await verify(first ?? '')).toMatchObject({ ok: true });
    expect(await signIn(ada)).toMatchObject({ ok: true });
  });

  test('twenty concurrent registrations with one password are one account', async () => {
    const ada = aRegistration();
    expect(await Promise.all(Array.from({ length: 20 }, () => register(ada)))).toEqual(Array(20).fill(succeeding));
    const [token] = tokensIn(await kit.sendMail());
    expect(await verify(token ?? '')).toMatchObject({ ok: true });
    expect(await signIn(ada)).toMatchObject({ ok: true });
  });
});

describe('a customer changes to an address that somebody else has registered and never proved', () => {
  const squatted = async () => {
    const [ada, email] = [await owner(), aRegistration().email];
    const squatter = aRegistration({ email, password: 'what Eve knows', displayName: 'Eve' });
    await register(squatter);
    const [ofSquatter = ''] = tokensIn(await kit.sendMail());
    kit.advance(1);
    const id = (await account(ada.email)).id as UserId;
    const change = { userId: id, newEmail: email, password: ada.password, address: ada.address };
    const request = () => kit.app.commands.requestEmailChange({ ...change, idempotencyKey: undefined });
    const confirm = (token: string) => kit.app.commands.confirmEmailChange({ token, sessionId: undefined });
    return { ada, id, email, squatter, squatterId: (await account(email)).id, ofSquatter, request, confirm };
  };

  test('the mailbox decides: the unopened account gives way, with all that was sent for it', async () => {
    const { ada, id, email, squatter, squatterId, ofSquatter, request, confirm } = await squatted();
    expect(await request()).toEqual({ ok: true, value: email });
    await resend(email);
    const mails = await kit.sendMail();
    const token = tokenIn(ofKind(mails, 'CONFIRM_EMAIL_CHANGE'));
    await resend(email);
    for (const _ of ['first', 'again']) expect(await confirm(token)).toEqual({ ok: true, value: email });
    expect((await account(email)).id).toBe(id);
    expect(await signIn({ ...ada, email })).toMatchObject({ ok: true });
    expect(await signIn(squatter)).toMatchObject(failing('InvalidCredentials'));
    expect(await verify(ofSquatter)).toMatchObject(failing('InvalidToken'));
    const ofTheirs = { where: { userId: squatterId } };
    expect([await kit.prisma.delivery.count(ofTheirs), await kit.prisma.oneTimeToken.count(ofTheirs)]).toEqual([0, 0]);
    const left = await kit.prisma.user.findUniqueOrThrow({ where: { id: squatterId } });
    expect(left).toMatchObject({ passwordHash: null, displayName: 'Closed account', closedAt: expect.any(Date) });
    expect((await kit.sendMail()).map(({ kind, to }) => [kind, to.address])).toEqual([['EMAIL_CHANGED', ada.email]]);
  });

  test('racing with the link of that registration, one of the two has the address', async () => {
    for (let round = 1; round <= 5; round++) {
      const { email, ofSquatter, request, confirm } = await squatted();
      await request();
      const token = tokenIn(await kit.sendMail());
      const [confirmed, verified] = await Promise.all([confirm(token), verify(ofSquatter)]);
      expect([confirmed.ok, verified.ok].filter(Boolean)).toHaveLength(1);
      expect(await eventsOf(email)).toContain('user.registered');
    }
  });

  test('once opened it keeps the address, as does one that was given a role', async () => {
    const { email, ofSquatter, request, confirm } = await squatted();
    await request();
    const token = tokenIn(await kit.sendMail());
    await verify(ofSquatter);
    expect(await confirm(token)).toMatchObject(failing('EmailTaken'));

    const staff = await squatted();
    await staff.request();
    const early = tokenIn(await kit.sendMail());
    await kit.deps.transaction(({ roles }) => roles.grant(staff.squatterId as UserId, admin));
    expect(await staff.confirm(early)).toMatchObject(failing('EmailTaken'));
    await staff.request();
    for (const at of [email, staff.email]) expect(await account(at)).toMatchObject({ closedAt: null });
    expect((await kit.sendMail()).map(({ kind }) => kind)).toEqual(['ALREADY_REGISTERED']);
  });
});
