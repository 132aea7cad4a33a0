import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest } from '#contracts/viewer.ts';
import { anAddress, aPassword, aSignIn, ofKind, tokenIn, type UserTestApp, userTestApp } from '#kit/user/builders.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

type Person = Awaited<ReturnType<UserTestApp['customer']>>;

const hour = 3_600_000;
const another = 'another password';
const failing = (kind: string) => ({ ok: false, failure: { kind } });

/** Somebody whose first mails have been sent. */
const customer = async () => {
  const person = await kit.customer();
  await kit.sendMail();
  kit.advance(1);
  return person;
};
const signIn = (email: string, password = aPassword) => kit.app.commands.signIn(aSignIn({ email, password }));
const requestReset = (email: string) => kit.app.commands.requestPasswordReset({ email, idempotencyKey: undefined });
const resetToken = async ({ email }: Person) => {
  await requestReset(email);
  return tokenIn(ofKind(await kit.sendMail(), 'RESET_PASSWORD'));
};
const reset = (token: string, newPassword = another, idempotencyKey?: string) =>
  kit.app.commands.resetPassword({ token, newPassword, idempotencyKey, address: anAddress });
const openSessions = ({ id }: Person) => kit.prisma.session.count({ where: { userId: id, endedAt: null } });
const revocationsOf = async ({ id }: Person) =>
  (await kit.prisma.outboxMessage.findMany({ where: { type: 'user.access-revoked', aggregateId: id } })).map(
    ({ data }) => (data as { reason: string }).reason,
  );

describe('a reset', () => {
  test('sets the password, signs everybody out, verifies the address, and tells the owner', async () => {
    const ada = await customer();
    await signIn(ada.email);
    expect(await reset(await resetToken(ada))).toEqual({ ok: true, value: ada.email });

    expect(await openSessions(ada)).toBe(0);
    expect(await revocationsOf(ada)).toEqual(['PASSWORD_RESET']);
    expect(await kit.prisma.denial.count({ where: { subject: ada.id } })).toBe(1);
    expect(await signIn(ada.email)).toMatchObject(failing('InvalidCredentials'));
    expect(await signIn(ada.email, another)).toMatchObject({
      ok: true,
      value: { user: { emailVerifiedAt: expect.any(Date) } },
    });
    expect((await kit.sendMail()).map(({ kind }) => kind)).toContain('PASSWORD_CHANGED');
  });

  test('lets its owner in whom guesses from the same address have locked out', async () => {
    const ada = await customer();
    for (let guess = 1; guess <= 5; guess++) await signIn(ada.email, 'wrong guess');
    expect(await signIn(ada.email)).toMatchObject(failing('TooManyAttempts'));
    await reset(await resetToken(ada));
    expect(await signIn(ada.email, another)).toMatchObject({ ok: true });
  });

  test('answers the same for an unknown address, and sends it nothing', async () => {
    const email = `${newId('User')}@example.com`;
    const mutation = 'mutation ($i: RequestPasswordResetInput!) { requestPasswordReset(input: $i) { __typename } }';
    for (const each of [email, (await customer()).email])
      expect(await kit.ask(guest, mutation, { i: { email: each } })).toMatchObject({
        data: { requestPasswordReset: { __typename: 'RequestPasswordResetSuccess' } },
      });
    expect((await kit.sendMail()).map(({ to }) => to.address)).not.toContain(email);
  });

  test('a flood of requests sends three mails an hour, and the latest token works', async () => {
    const ada = await customer();
    const answers = await Promise.all(Array.from({ length: 20 }, () => requestReset(ada.email)));
    expect(answers).toEqual(Array(20).fill({ ok: true, value: ada.email }));
    const mails = ofKind(await kit.sendMail(), 'RESET_PASSWORD');
    expect(mails).toHaveLength(3);
    expect(await reset(tokenIn(mails.slice(-1)))).toMatchObject({ ok: true });
    // One use is one use of all.
    expect(await reset(tokenIn(mails.slice(0, 1)), 'yet another password')).toMatchObject(failing('InvalidToken'));
    kit.advance(hour);
    await requestReset(ada.email);
    expect(ofKind(await kit.sendMail(), 'RESET_PASSWORD')).toHaveLength(1);
  });

  test('of two that race with one token one wins, and its password is the one', async () => {
    const ada = await customer();
    const token = await resetToken(ada);
    const passwords = Array.from({ length: 8 }, (_, n) => `${another} ${n}`);
    const results = await Promise.all(passwords.map((password) => reset(token, password)));
    const won = passwords.filter((_, n) => results[n]?.ok);
    expect(won).toHaveLength(1);
    expect(await signIn(ada.email, won[0])).toMatchObject({ ok: true });
  });

  test('expires after an hour', async () => {
    const token = await resetToken(await customer());
    kit.advance(hour);
    expect(await reset(token)).toMatchObject(failing('InvalidToken'));
  });

  test('keeps the token when the new password is refused; nobody makes us hash one without a token', async () => {
    const ada = await customer();
    const token = await resetToken(ada);
    expect(await reset(token, 'short')).toMatchObject(failing('InvalidPassword'));
    expect(await reset(token, ada.email)).toMatchObject(failing('InvalidPassword'));
    const { made } = kit.hashing;
    expect(await reset('unknown')).toMatchObject(failing('InvalidToken'));
    expect(kit.hashing.made).toBe(made);
    expect(await reset(token)).toMatchObject({ ok: true });
  });

  test('a retry with the key succeeds with the same password only, and is void without the key', async () => {
    const ada = await customer();
    const token = await resetToken(ada);
    expect(await reset(token, another, 'k')).toMatchObject({ ok: true });
    expect(await reset(token, another, 'k')).toEqual({ ok: true, value: ada.email });
    expect(await reset(token, 'a third password', 'k')).toMatchObject(failing('IdempotencyConflict'));
    expect(await reset(token, another)).toMatchObject(failing('InvalidToken'));
    expect(ofKind(await kit.sendMail(), 'PASSWORD_CHANGED')).toHaveLength(1);
  });

  test('takes an account over from whoever registered it, with all that they had requested', async () => {
    const ada = await customer();
    const eve = { userId: ada.id, password: aPassword, address: anAddress, idempotencyKey: undefined };
    const newEmail = `${newId('User')}@example.com`;
    // Eve's mail waits in the queue while Ada resets: it is composed afterwards.
    const token = await resetToken(ada);
    await kit.app.commands.requestEmailChange({ ...eve, newEmail });
    kit.advance(1);
    await reset(token);
    const [toEve] = ofKind(await kit.sendMail(), 'CONFIRM_EMAIL_CHANGE');
    expect(toEve?.to.address).toBe(newEmail);
    const confirmed = await kit.app.commands.confirmEmailChange({
      token: tokenIn(toEve ? [toEve] : []),
      sessionId: undefined,
    });
    expect(confirmed).toMatchObject(failing('InvalidToken'));
  });

  test('a sign-in with the old password that is under way does not survive it', async () => {
    const ada = await customer();
    const token = await resetToken(ada);
    await Promise.all([...Array.from({ length: 5 }, () => signIn(ada.email)), reset(token)]);
    expect(await openSessions(ada)).toBe(0);
  });
});

describe('a change', () => {
  const change = (ada: Person, over: Partial<Parameters<UserTestApp['app']['commands']['changePassword']>[0]> = {}) =>
    kit.app.commands.changePassword({
      ...{ userId: ada.id, currentPassword: aPassword, newPassword: another, address: anAddress },
      ...{ sessionId: undefined, idempotencyKey: undefined, ...over },
    });

  test('ends all sessions but the one it is made from, and tells the owner', async () => {
    const ada = await customer();
    for (const _ of ['phone', 'laptop', 'here']) await signIn(ada.email);
    const [here] = await kit.prisma.session.findMany({ where: { userId: ada.id }, orderBy: { id: 'desc' } });
    expect(await change(ada, { sessionId: here?.id as never })).toMatchObject({ ok: true });
    const left = await kit.prisma.session.findMany({ where: { userId: ada.id, endedAt: null } });
    expect(left.map(({ id }) => id)).toEqual([here?.id]);
    const denied = await kit.prisma.denial.findMany({ where: { subject: { in: [ada.id, here?.id ?? ''] } } });
    expect(denied).toEqual([]);
    expect((await kit.sendMail()).map(({ kind }) => kind)).toContain('PASSWORD_CHANGED');
    expect(await signIn(ada.email, another)).toMatchObject({ ok: true });
  });

  test('voids a reset that is open, sent or not', async () => {
    const ada = await customer();
    const token = await resetToken(ada);
    await requestReset(ada.email);
    kit.advance(1);
    await change(ada);
    expect(await reset(token, 'a third password')).toMatchObject(failing('InvalidToken'));
    const later = tokenIn(ofKind(await kit.sendMail(), 'RESET_PASSWORD'));
    expect(await reset(later, 'a third password')).toMatchObject(failing('InvalidToken'));
  });

  test('needs the current password, and guesses at it count', async () => {
    const ada = await customer();
    for (let guess = 1; guess <= 5; guess++)
      expect(await change(ada, { currentPassword: `wrong guess ${guess}` })).toMatchObject(
        failing('InvalidCredentials'),
      );
    expect(await change(ada)).toMatchObject(failing('TooManyAttempts'));
    expect(await change(ada, { newPassword: 'short' })).toMatchObject(failing('InvalidPassword'));
  });

  test('a retry with the key succeeds, with the same new password only', async () => {
    const ada = await customer();
    expect(await change(ada, { idempotencyKey: 'k' })).toMatchObject({ ok: true });
    expect(await change(ada, { idempotencyKey: 'k' })).toMatchObject({ ok: true });
    expect(await change(ada, { idempotencyKey: 'k', newPassword: 'a third password' })).toMatchObject(
      failing('IdempotencyConflict'),
    );
    expect(await change(ada)).toMatchObject(failing('InvalidCredentials'));
    expect(ofKind(await kit.sendMail(), 'PASSWORD_CHANGED')).toHaveLength(1);
  });

  test('of two at once one wins', async () => {
    const ada = await customer();
    const results = await Promise.all([change(ada), change(ada, { newPassword: 'a third password' })]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await signIn(ada.email, results[0]?.ok ? another : 'a third password')).toMatchObject({ ok: true });
  });
});
