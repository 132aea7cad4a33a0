import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessTokenClaims } from '#contracts/access-token.ts';
import { skewMs, withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { anAddress, aPassword, aSignIn, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import pg from '#platform/database/pg.ts';
import { retryableError } from '#platform/resilience/retryable-error.ts';
import type { User } from '../../domain/account/user.ts';
import { dependencies } from '../../wiring.ts';
import { app as createApp } from '../app.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const signIn = (email: string, password = aPassword, idempotencyKey?: string, address = anAddress) =>
  kit.app.commands.signIn(aSignIn({ email, password, idempotencyKey, address }));
const signInFrom = (address: string, email: string, password?: string) => signIn(email, password, undefined, address);

/** Signs in, and reads the token as the gateway would. */
const claimsOf = async (user: User, idempotencyKey?: string) => {
  const result = await signIn(user.email, aPassword, idempotencyKey);
  if (!result.ok) throw new Error(result.failure.message);
  const { payload, protectedHeader } = await jwtVerify(
    result.value.tokens.accessToken,
    createLocalJWKSet(kit.publicKeys),
    {
      issuer: 'agora-user',
      audience: 'agora',
      algorithms: ['EdDSA'],
    },
  );
  return {
    ...AccessTokenClaims.parse(payload),
    payload,
    protectedHeader,
    expiresAt: result.value.tokens.accessTokenExpiresAt,
  };
};

const wrongGuesses = async (email: string, count: number, address = anAddress) => {
  for (let guess = 1; guess <= count; guess++) await signInFrom(address, email, `wrong guess ${guess}`);
};
/** As if one wrong password had come from each of so many addresses; checking them all takes seconds. */
const botnet = async (email: string, failures: number) => {
  await wrongGuesses(email, 1, '192.0.2.1');
  await kit.prisma.strangersGuesses.update({ where: { email }, data: { failures } });
};

const invalid = { ok: false, failure: { kind: 'InvalidCredentials' } };
const shut = { ok: false, failure: { kind: 'TooManyAttempts' } };
const open = { ok: true };

test('issues a 15-minute token with the user, their roles and the session', async () => {
  const user = await kit.customer();
  const { sub, roles, sid, payload, protectedHeader, expiresAt } = await claimsOf(user);

  expect({ sub, roles }).toEqual({ sub: user.id, roles: ['CUSTOMER'] });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(15 * 60);
  expect(expiresAt.getTime()).toBe((payload.exp ?? 0) * 1_000);
  expect(protectedHeader.kid).toBe(kit.publicKeys.keys[0]?.kid);
  expect(await kit.prisma.session.findMany({ where: { userId: user.id } })).toMatchObject([{ id: sid }]);
});

test('normalizes the address and the password', async () => {
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

  test('a retry needs the right password too', async () => {
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

  test.each(['an account', 'no account'])(
    'five make their sender wait, at an address with %s, even with the right password',
    async (which) => {
      const email = which === 'an account' ? (await kit.customer()).email : 'no-account@example.com';
      for (let guess = 1; guess <= 5; guess++) expect(await signIn(email, 'wrong guess')).toMatchObject(invalid);

      const refused = await signIn(email);
      expect(refused).toMatchObject(shut);
      const retryAt = !refused.ok && refused.failure.kind === 'TooManyAttempts' ? refused.failure.retryAt : undefined;
      const [row] = await kit.prisma.signInAttempts.findMany({ where: { email } });
      expect(retryAt?.getTime()).toBe((row?.lastFailedAt?.getTime() ?? 0) + 30_000);
      // What is refused unseen neither counts nor makes the wait longer.
      expect(row?.failures).toBe(5);
    },
  );

  test('the wait ends by itself; the next wrong password doubles it', async () => {
    const { email } = await kit.customer();
    await wrongGuesses(email, 5);
    kit.advance(30_000);
    expect(await signIn(email, 'wrong guess')).toMatchObject(invalid);
    kit.advance(59_999);
    expect(await signIn(email)).toMatchObject(shut);
    kit.advance(1);
    expect(await signIn(email)).toMatchObject(open);
  });

  test('the right one resets the count', async () => {
    const { email } = await kit.customer();
    await wrongGuesses(email, 4);
    expect(await signIn(email)).toMatchObject(open);
    await wrongGuesses(email, 4);
    expect(await signIn(email)).toMatchObject(open);
  });

  test('do not affect other accounts', async () => {
    const [ada, eve] = [await kit.customer(), await kit.customer()];
    await wrongGuesses(ada.email, 5);
    expect(await signIn(eve.email)).toMatchObject(open);
  });

  test('guessed concurrently reveal no more than five in a row', async () => {
    const { email } = await kit.customer();
    const results = await Promise.all(Array.from({ length: 12 }, (_, n) => signIn(email, `wrong guess ${n}`)));
    const kinds = results.map((result) => (result.ok ? 'open' : result.failure.kind));
    expect(kinds.filter((kind) => kind === 'InvalidCredentials')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'TooManyAttempts')).toHaveLength(7);
  });

  test('are forgotten after a day, and their rows deleted', async () => {
    await wrongGuesses('forgotten@example.com', 1);
    kit.advance(24 * 60 * 60 * 1_000 - 1);
    await wrongGuesses('remembered@example.com', 1);
    kit.advance(2);
    expect(await kit.app.commands.forgetOldAttempts()).toBeGreaterThan(0);
    const emails = (await kit.prisma.signInAttempts.findMany()).map(({ email }) => email);
    expect(emails).toContain('remembered@example.com');
    expect(emails).not.toContain('forgotten@example.com');
    const strangers = (await kit.prisma.strangersGuesses.findMany()).map(({ email }) => email);
    expect(strangers).toContain('remembered@example.com');
    expect(strangers).not.toContain('forgotten@example.com');
  });
});

describe('wrong passwords of strangers', () => {
  const [stranger, home] = ['198.51.100.66', '203.0.113.77'];

  test('never keep the right one out, from whatever new address', async () => {
    const { email } = await kit.customer();
    await wrongGuesses(email, 6, stranger);
    expect(await signInFrom(stranger, email)).toMatchObject(shut);
    expect(await signInFrom(home, email)).toMatchObject(open);
    // Nor does that open the door to the stranger.
    expect(await signInFrom(stranger, email)).toMatchObject(shut);
  });

  test('from very many addresses do not either', async () => {
    const { email } = await kit.customer();
    await botnet(email, 1_000);
    expect(await signInFrom(home, email)).toMatchObject(open);
  });

  test('from many addresses get one guess a minute each, then ever fewer, where a single address gets five', async () => {
    const { email } = await kit.customer();
    await botnet(email, 30);
    expect(await signInFrom(stranger, email, 'wrong guess')).toMatchObject(invalid);
    expect(await signInFrom(stranger, email)).toMatchObject(shut);
    kit.advance(60_000);
    expect(await signInFrom(stranger, email, 'wrong guess')).toMatchObject(invalid);
    kit.advance(239_999);
    expect(await signInFrom(stranger, email)).toMatchObject(shut);
    // The count ends where it begins to matter: a flood writes no row again and again.
    expect((await kit.prisma.strangersGuesses.findMany({ where: { email } }))[0]?.failures).toBe(30);
  });

  test('from many addresses do not change the limit of an address that has signed in', async () => {
    const { email } = await kit.customer();
    expect(await signInFrom(home, email)).toMatchObject(open);
    await botnet(email, 30);
    await wrongGuesses(email, 4, home);
    expect(await signInFrom(home, email)).toMatchObject(open);
  });

  test('wait just as long where there is no account', async () => {
    await botnet('no-account-at-all@example.com', 30);
    expect(await signInFrom(stranger, 'no-account-at-all@example.com')).toMatchObject(invalid);
    expect(await signInFrom(stranger, 'no-account-at-all@example.com')).toMatchObject(shut);
  });
});

test('20 concurrent sign-ins of one customer all succeed', async () => {
  const { email } = await kit.customer();
  const results = await Promise.all(Array.from({ length: 20 }, () => signIn(email)));
  expect(results.filter(({ ok }) => ok)).toHaveLength(20);
});

test('others are served while more guesses at one account wait than there are connections', async () => {
  const [guessed, other] = [await kit.customer(), await kit.customer()];
  const holder = new pg.Client(kit.databaseUrl);
  await holder.connect();
  const lock = "SELECT pg_advisory_xact_lock(hashtextextended('sign-in-attempts:' || $1 || ' ' || $2, 0))";
  await holder.query('BEGIN');
  await holder.query(lock, [guessed.email, anAddress]);
  const guess = () => signIn(guessed.email, 'a wrong guess').catch(retryableError);
  const guesses = Promise.all(Array.from({ length: 15 }, guess));
  // Passwords are checked in the order in which they come, so by now all of them wait. The owner of the account shares
  // neither lock nor line with them.
  const others = [signIn(other.email), signInFrom('203.0.113.2', guessed.email)];
  expect(await Promise.all(others)).toMatchObject([open, open]);
  await holder.end();
  await guesses;
});

test.each([
  ['ahead', skewMs],
  ['behind', -skewMs],
])('waits follow the clock of the database when that of the process is a minute %s', async (_, aheadMs) => {
  const email = `guessed-${aheadMs}@example.com`;
  const app = createApp(
    await dependencies(kit.prisma, undefined as never, { emailVerification: 'optional', mail: kit.deps.mail }),
  );
  const guess = () => app.commands.signIn(aSignIn({ email, password: 'a wrong guess' }));
  for (let guesses = 1; guesses <= 5; guesses++) await withClockAhead(-aheadMs, guess);
  expect(await withClockAhead(aheadMs, guess)).toMatchObject(shut);
  expect(await guess()).toMatchObject(shut);
});
