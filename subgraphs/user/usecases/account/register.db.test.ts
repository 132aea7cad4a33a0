import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aPassword, aRegistration, aSignIn, type UserTestApp, userTestApp } from '#kit/user/builders.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const register = (changes: Parameters<typeof aRegistration>[0]) => kit.app.commands.register(aRegistration(changes));
const accounts = (email: string) => kit.prisma.user.findMany({ where: { email } });
const newsOf = (id: string) => kit.prisma.outboxMessage.findMany({ where: { aggregateType: 'user', aggregateId: id } });

test('opens an account and publishes it, in one transaction', async () => {
  const result = await register({ email: ' Ada@Example.com ', displayName: ' Ada ' });

  expect(result).toMatchObject({
    ok: true,
    value: { email: 'ada@example.com', displayName: 'Ada' },
  });
  const [account] = await accounts('ada@example.com');
  expect(account).toMatchObject((result.ok && result.value) || {});
  expect(await newsOf(account?.id ?? '')).toMatchObject([
    { type: 'user.registered', sequence: 1, data: { userId: account?.id } },
  ]);
});

test('asks for a proof of the address, and signs in without one', async () => {
  await kit.sendMail();
  const registration = aRegistration();
  await kit.app.commands.register(registration);
  expect((await kit.sendMail()).map(({ kind, to }) => [kind, to.address])).toEqual([
    ['VERIFY_EMAIL', registration.email],
  ]);
  expect(await kit.app.commands.signIn(aSignIn(registration))).toMatchObject({
    ok: true,
    value: { user: { emailVerifiedAt: null } },
  });
});

test('stores only an argon2id hash of the password, at the cost that OWASP requires', async () => {
  const { email } = await kit.customer();
  const [account] = await accounts(email);
  expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('an internationalized domain is stored in ASCII, and both forms are one account', async () => {
  expect(await register({ email: 'User@Exämple.de' })).toMatchObject({
    ok: true,
    value: { email: 'user@xn--exmple-cua.de' },
  });
  const again = await register({ email: 'user@xn--exmple-cua.de' });
  expect(again).toMatchObject({ ok: false, failure: { kind: 'EmailTaken' } });
  for (const email of ['user@exämple.de', 'user@xn--exmple-cua.de'])
    expect(await kit.app.commands.signIn(aSignIn({ email }))).toMatchObject({ ok: true });
});

describe('refuses, and writes nothing', () => {
  test.each([
    ['InvalidEmail', { email: 'nobody' }],
    ['InvalidEmail', { email: 'nobody@ex%41mple.com' }],
    ['InvalidEmail', { email: 'nöbödy@example.com' }],
    ['InvalidDisplayName', { displayName: '  ' }],
    ['InvalidPassword', { password: 'too short' }],
    ['InvalidPassword', { email: 'user@xn--exmple-cua.de', password: 'user@exämple.de' }],
    ['InvalidPassword', { email: 'long-enough@example.com', password: 'Long-Enough@example.com' }],
  ])('%s: %j', async (kind, changes) => {
    const before = await kit.prisma.user.count();
    expect(await register(changes)).toMatchObject({ ok: false, failure: { kind } });
    expect(await kit.prisma.user.count()).toBe(before);
  });

  test('an address that has an account, in any spelling', async () => {
    const { email, id } = await kit.customer();
    const again = await register({ email: email.toUpperCase(), displayName: 'Eve' });
    expect(again).toMatchObject({ ok: false, failure: { kind: 'EmailTaken' } });
    expect(await accounts(email)).toMatchObject([{ id, displayName: 'Ada Lovelace' }]);
    expect(await newsOf(id)).toHaveLength(1);
  });

  test('an invalid idempotency key', async () => {
    await expect(register({ idempotencyKey: '' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(register({ idempotencyKey: 'k'.repeat(101) })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('with an idempotency key', () => {
  test('a retry gets the same account', async () => {
    const command = aRegistration({ idempotencyKey: 'retry' });
    const first = await kit.app.commands.register(command);
    const second = await kit.app.commands.register(command);
    expect(first).toMatchObject({ ok: true });
    expect(second).toEqual(first);
    expect(await accounts(command.email)).toHaveLength(1);
  });

  test.each([
    ['name', { displayName: 'Somebody Else' }],
    ['password', { password: 'another password' }],
  ])('the same key with another %s is a conflict', async (_, changes) => {
    const command = aRegistration({ idempotencyKey: 'conflict' });
    await kit.app.commands.register(command);
    expect(await kit.app.commands.register({ ...command, ...changes })).toMatchObject({
      ok: false,
      failure: { kind: 'IdempotencyConflict' },
    });
  });

  test('a retry cannot be used to guess passwords beyond the limit', async () => {
    const command = aRegistration({ idempotencyKey: 'guesses' });
    await kit.app.commands.register(command);
    for (let guess = 1; guess <= 5; guess++)
      await kit.app.commands.register({ ...command, password: `wrong guess ${guess}` });
    expect(await kit.app.commands.register(command)).toMatchObject({ failure: { kind: 'IdempotencyConflict' } });
    expect(await kit.app.commands.signIn(aSignIn({ email: command.email }))).toMatchObject({
      failure: { kind: 'TooManyAttempts' },
    });
  });

  test('the stored fingerprint does not depend on the password', async () => {
    const key = 'fingerprint';
    await kit.customer({ idempotencyKey: key, password: 'one password' });
    await kit.customer({ idempotencyKey: key, password: 'quite another' });
    const rows = await kit.prisma.idempotencyKey.findMany({ where: { key } });
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  test('20 concurrent copies of a request open one account', async () => {
    const command = aRegistration({ idempotencyKey: 'all at once' });
    const results = await Promise.all(Array.from({ length: 20 }, () => kit.app.commands.register(command)));
    const ids = results.map((result) => (result.ok ? result.value?.id : result.failure.kind));
    expect(new Set(ids).size).toBe(1);
    expect(await accounts(command.email)).toMatchObject([{ id: ids[0] }]);
    expect(await newsOf(ids[0] ?? '')).toHaveLength(1);
  });
});

test('of 20 concurrent requests for the same address, one succeeds', async () => {
  const email = 'wanted@example.com';
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, n) => register({ email, password: `${aPassword} ${n}`, idempotencyKey: `${n}` })),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect(results.flatMap((result) => (result.ok ? [] : [result.failure.kind]))).toEqual(Array(19).fill('EmailTaken'));
  expect(await accounts(email)).toHaveLength(1);
});
