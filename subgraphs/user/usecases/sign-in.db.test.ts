import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessTokenClaims } from '../../../contracts/access-token.ts';
import { notNow } from '../../../platform/not-now.ts';
import pg from '../../../platform/pg.ts';
import { aPassword, type UserTestApp, userTestApp } from '../../../tests/kit/user-builders.ts';
import type { User } from '../domain/user.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const signIn = (email: string, password = aPassword, idempotencyKey?: string) =>
  kit.app.commands.signIn({ email, password, idempotencyKey });

/** Signs in, and reads the token as the gateway would. */
const claimsOf = async (user: User, idempotencyKey?: string) => {
  const result = await signIn(user.email, aPassword, idempotencyKey);
  if (!result.ok) throw new Error(result.failure.message);
  const { payload, protectedHeader } = await jwtVerify(result.value.accessToken, createLocalJWKSet(kit.publicKeys), {
    issuer: 'agora-user',
    audience: 'agora',
    algorithms: ['EdDSA'],
  });
  return { ...AccessTokenClaims.parse(payload), payload, protectedHeader, expiresAt: result.value.expiresAt };
};

const wrongGuesses = async (email: string, count: number) => {
  for (let guess = 1; guess <= count; guess++) await signIn(email, `wrong guess ${guess}`);
};

const invalid = { ok: false, failure: { kind: 'InvalidCredentials' } };
const shut = { ok: false, failure: { kind: 'TooManyAttempts' } };
const open = { ok: true };

test('gives a token of 15 minutes that names the user, their roles and the session', async () => {
  const user = await kit.customer();
  const { sub, roles, sid, payload, protectedHeader, expiresAt } = await claimsOf(user);

  expect({ sub, roles }).toEqual({ sub: user.id, roles: ['CUSTOMER'] });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(15 * 60);
  expect(expiresAt.getTime()).toBe((payload.exp ?? 0) * 1_000);
  expect(protectedHeader.kid).toBe(kit.publicKeys.keys[0]?.kid);
  expect(await kit.prisma.session.findMany({ where: { userId: user.id } })).toMatchObject([{ id: sid }]);
});

test('takes the address and the password as they were meant', async () => {
  const { email } = await kit.customer({ password: 'm\u00f6belhaus-17' });
  expect(await signIn(` ${email.toUpperCase()} `, 'mo\u0308belhaus-17')).toMatchObject(open);
});

test('each sign-in is a session of its own', async () => {
  const user = await kit.customer();
  const [first, second] = [await claimsOf(user), await claimsOf(user)];
  expect(first.sid).not.toBe(second.sid);
});

describe('with an idempotency key', () => {
  test('a retry gets a new token of the same session', async () => {
    const user = await kit.customer();
    const [first, second] = [await claimsOf(user, 'retry'), await claimsOf(user, 'retry')];
    expect(second.sid).toBe(first.sid);
    expect(second.jti).not.toBe(first.jti);
    expect(await kit.prisma.session.count({ where: { userId: user.id } })).toBe(1);
  });

  test('a retry needs the right password, too', async () => {
    const { email } = await kit.customer();
    await signIn(email, aPassword, 'mine');
    expect(await signIn(email, 'wrong guess', 'mine')).toMatchObject(invalid);
  });

  test('two customers may use the same key', async () => {
    const [ada, eve] = [await kit.customer(), await kit.customer()];
    const [first, second] = [await claimsOf(ada, '1'), await claimsOf(eve, '1')];
    expect([first.sub, second.sub]).toEqual([ada.id, eve.id]);
    expect(first.sid).not.toBe(second.sid);
  });
});

describe('wrong passwords', () => {
  test.each([
    ['wrong', 'nobody'],
    ['wrong', 'nobody@example.com'],
    ['', ''],
    ['a'.repeat(1_000_000), 'nobody@example.com'],
  ])('%.10j for %j is answered like any other', async (password, email) => {
    expect(await signIn(email, password)).toMatchObject(invalid);
  });

  test.each(['an account', 'no account'])('five shut an address with %s, also to the right one', async (which) => {
    const email = which === 'an account' ? (await kit.customer()).email : 'no-account@example.com';
    for (let guess = 1; guess <= 5; guess++) expect(await signIn(email, 'wrong guess')).toMatchObject(invalid);

    const refused = await signIn(email);
    expect(refused).toMatchObject(shut);
    const retryAt = !refused.ok && refused.failure.kind === 'TooManyAttempts' ? refused.failure.retryAt : undefined;
    const [row] = await kit.prisma.signInAttempts.findMany({ where: { email } });
    expect(retryAt?.getTime()).toBe((row?.lastFailedAt.getTime() ?? 0) + 30_000);
    // What is refused unseen neither counts nor makes the lock longer.
    expect(row?.failures).toBe(5);
  });

  test('the lock ends by itself; the next wrong one shuts for twice as long', async () => {
    const { email } = await kit.customer();
    await wrongGuesses(email, 5);
    kit.advance(30_000);
    expect(await signIn(email, 'wrong guess')).toMatchObject(invalid);
    kit.advance(59_999);
    expect(await signIn(email)).toMatchObject(shut);
    kit.advance(1);
    expect(await signIn(email)).toMatchObject(open);
  });

  test('the right one wipes the slate clean', async () => {
    const { email } = await kit.customer();
    await wrongGuesses(email, 4);
    expect(await signIn(email)).toMatchObject(open);
    await wrongGuesses(email, 4);
    expect(await signIn(email)).toMatchObject(open);
  });

  test('a lock is on one address and not on its neighbours', async () => {
    const [ada, eve] = [await kit.customer(), await kit.customer()];
    await wrongGuesses(ada.email, 5);
    expect(await signIn(eve.email)).toMatchObject(open);
  });

  test('guessed all at once tell no more than five in a row', async () => {
    const { email } = await kit.customer();
    const results = await Promise.all(Array.from({ length: 30 }, (_, n) => signIn(email, `wrong guess ${n}`)));
    const kinds = results.map((result) => (result.ok ? 'open' : result.failure.kind));
    expect(kinds.filter((kind) => kind === 'InvalidCredentials')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'TooManyAttempts')).toHaveLength(25);
  });

  test('are forgotten after a day, and their rows go', async () => {
    await wrongGuesses('forgotten@example.com', 1);
    kit.advance(24 * 60 * 60 * 1_000 - 1);
    await wrongGuesses('remembered@example.com', 1);
    kit.advance(2);
    expect(await kit.app.commands.forgetOldAttempts()).toBeGreaterThan(0);
    const emails = (await kit.prisma.signInAttempts.findMany()).map(({ email }) => email);
    expect(emails).toContain('remembered@example.com');
    expect(emails).not.toContain('forgotten@example.com');
  });
});

test('20 sign-ins of one customer at once all succeed', async () => {
  const { email } = await kit.customer();
  const results = await Promise.all(Array.from({ length: 20 }, () => signIn(email)));
  expect(results.filter(({ ok }) => ok)).toHaveLength(20);
});

test('others are served while fifty guesses at one account wait for their turn', async () => {
  const [guessed, other] = [await kit.customer(), await kit.customer()];
  const holder = new pg.Client(kit.databaseUrl);
  await holder.connect();
  const lock = "SELECT pg_advisory_xact_lock(hashtextextended('sign-in-attempts:' || $1, 0))";
  await holder.query('BEGIN');
  await holder.query(lock, [guessed.email]);
  const guess = () => signIn(guessed.email, 'a wrong guess').catch(notNow);
  const guesses = Promise.all(Array.from({ length: 50 }, guess));
  // Its password takes as long to check as theirs, so by now all of them wait.
  expect(await signIn(other.email)).toMatchObject(open);
  await holder.end();
  await guesses;
});
