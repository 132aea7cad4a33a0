/** Guests who sign in, and sessions that are ended. Refresh tokens: refresh-session.db.test.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId, type SessionId } from '#contracts/ids.ts';
import { aPassword, aSignIn, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { sessionClient } from '#kit/user/sessions.ts';
import { until } from '#kit/vitest/until.ts';
import pg from '#platform/database/pg.ts';
import type { User } from '../../domain/account/user.ts';
import { dependencies } from '../../wiring.ts';
import { type App, app as createApp } from '../app.ts';
import { endSessionsOf } from './end-sessions.ts';

let kit: UserTestApp;
/** With the database's own clock, so that what happens at once happens in an order. */
let real: App;
let ada: User;
beforeAll(async () => {
  kit = await userTestApp();
  real = createApp(
    await dependencies(kit.prisma, kit.deps.accessTokens, { emailVerification: 'optional', mail: kit.deps.mail }),
  );
});
beforeEach(async () => {
  ada = await kit.customer();
});
afterAll(() => kit[Symbol.asyncDispose]());

const client = (app: App = kit.app) => sessionClient(kit, app);
const messagesOf = (type: string, aggregateId: string) =>
  kit.prisma.outboxMessage.findMany({ where: { type, aggregateId }, orderBy: { position: 'asc' } });
const sessionsOf = (user: User) => kit.prisma.session.findMany({ where: { userId: user.id } });
const sessionOf = async (tokens: { accessToken: string }, app?: App) =>
  (await client(app).claimsOf(tokens.accessToken)).sid as SessionId;
const signOut = (user: User, sessionId: SessionId, app: App = kit.app, idempotencyKey?: string) =>
  app.commands.signOut({ owner: { userId: user.id }, sessionId, idempotencyKey });
const signOutEverywhere = (user: User, except?: SessionId, app: App = kit.app) =>
  app.commands.signOutEverywhere({ userId: user.id, except, idempotencyKey: undefined });

describe('a guest who signs in', () => {
  test('becomes the user: the session ends, its tokens with it, and one message says so', async () => {
    const { tokens, guest } = await client().startGuest();
    const signedIn = await client().signIn(ada, { guest });

    const messages = await messagesOf('user.guest-merged', guest.guestId);
    expect(messages).toMatchObject([{ data: { guestId: guest.guestId, userId: ada.id }, aggregateType: 'guest' }]);
    expect(await kit.prisma.session.findUnique({ where: { id: guest.sessionId } })).toMatchObject({
      endReason: 'MERGED',
    });
    expect(await kit.prisma.guestMerge.findMany({ where: { guestId: guest.guestId } })).toMatchObject([
      { userId: ada.id },
    ]);
    expect(await client().isDenied(tokens.accessToken)).toBe(true);
    expect(await client().refresh(tokens.refreshToken)).toBeUndefined();
    expect(await client().isDenied(signedIn.accessToken)).toBe(false);
  });

  test('is merged once, whoever signs in with the same token afterwards', async () => {
    const { guest } = await client().startGuest();
    const eve = await kit.customer();
    await client().signIn(ada, { guest });
    await client().signIn(eve, { guest });
    await client().signIn(ada, { guest });
    expect(await messagesOf('user.guest-merged', guest.guestId)).toMatchObject([{ data: { userId: ada.id } }]);
  });

  test('is merged once when two people sign in with the same token at once', async () => {
    for (let round = 1; round <= 5; round++) {
      const { guest } = await client(real).startGuest();
      const eve = await kit.customer();
      await Promise.all([ada, eve].map((user) => client(real).signIn(user, { guest })));
      const [merged, ...more] = await messagesOf('user.guest-merged', guest.guestId);
      expect(more).toEqual([]);
      const { userId } = await kit.prisma.guestMerge.findUniqueOrThrow({ where: { guestId: guest.guestId } });
      expect(merged?.data).toEqual({ guestId: guest.guestId, userId });
    }
  });

  test('whose answer was lost signs in again with the same key: one session, one merge', async () => {
    const { guest } = await client().startGuest();
    const first = await client().signIn(ada, { guest, idempotencyKey: 'lost' });
    const again = await client().signIn(ada, { guest, idempotencyKey: 'lost' });
    expect(await sessionOf(again)).toBe(await sessionOf(first));
    expect(await messagesOf('user.guest-merged', guest.guestId)).toHaveLength(1);
    // Whichever answer arrived is good.
    for (const { refreshToken } of [first, again]) expect(await client().refresh(refreshToken)).toBeDefined();
  });

  test('with a wrong password is still a guest', async () => {
    const { tokens, guest } = await client().startGuest();
    await kit.app.commands.signIn(aSignIn({ email: ada.email, password: 'a wrong guess', guest }));
    expect(await client().refresh(tokens.refreshToken)).toBeDefined();
    expect(await messagesOf('user.guest-merged', guest.guestId)).toEqual([]);
  });

  test('and had signed out before leaves nothing to anybody', async () => {
    const { guest } = await client().startGuest();
    const owner = { guestId: guest.guestId };
    await kit.app.commands.signOut({ owner, sessionId: guest.sessionId, idempotencyKey: undefined });
    await client().signIn(ada, { guest });
    expect(await messagesOf('user.guest-merged', guest.guestId)).toEqual([]);
    expect(await messagesOf('user.access-revoked', guest.sessionId)).toMatchObject([
      { data: { userId: null, sessionId: guest.sessionId, reason: 'SIGNED_OUT' } },
    ]);
  });

  test('cannot name the session of another', async () => {
    const [{ guest }, other] = [await client().startGuest(), await client().startGuest()];
    await client().signIn(ada, { guest: { guestId: guest.guestId, sessionId: other.guest.sessionId } });
    expect(await client().refresh(other.tokens.refreshToken)).toBeDefined();
    expect(await messagesOf('user.guest-merged', guest.guestId)).toEqual([]);
  });
});

describe('signing out', () => {
  test('ends the session, and says so once however often it is repeated', async () => {
    const tokens = await client().signIn(ada);
    const sessionId = await sessionOf(tokens);
    for (const key of ['a', 'a', 'b', undefined])
      expect(await signOut(ada, sessionId, kit.app, key)).toMatchObject({ ok: true, value: sessionId });
    expect(await client().isDenied(tokens.accessToken)).toBe(true);
    expect(await client().refresh(tokens.refreshToken)).toBeUndefined();
    expect(await messagesOf('user.access-revoked', sessionId)).toHaveLength(1);
  });

  test('a key for one session is not one for another', async () => {
    const [one, two] = [await client().signIn(ada), await client().signIn(ada)];
    await signOut(ada, await sessionOf(one), kit.app, 'same');
    const conflict = await signOut(ada, await sessionOf(two), kit.app, 'same');
    expect(conflict).toMatchObject({ ok: false, failure: { kind: 'IdempotencyConflict' } });
  });

  test("of a session that is another's, or nobody's, is not found, and ends nothing", async () => {
    const eve = await kit.customer();
    const tokens = await client().signIn(eve);
    for (const sessionId of [await sessionOf(tokens), newId('Session')])
      await expect(signOut(ada, sessionId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await client().refresh(tokens.refreshToken)).toBeDefined();
  });

  test('a new sign-in works in the very millisecond in which all others were denied', async () => {
    // The clock of this app stands still.
    const before = await client().signIn(ada);
    await signOutEverywhere(ada);
    const after = await client().signIn(ada);
    await signOutEverywhere(ada);
    const last = await client().signIn(ada);
    const denied = await Promise.all([before, after, last].map(({ accessToken }) => client().isDenied(accessToken)));
    expect(denied).toEqual([true, true, false]);
  });
});

describe('signing out everywhere', () => {
  test('ends all sessions of the user, and nobody else', async () => {
    const eve = await kit.customer();
    const [one, two, hers] = [await client().signIn(ada), await client().signIn(ada), await client().signIn(eve)];
    expect(await signOutEverywhere(ada)).toEqual({ ok: true, value: 2 });
    for (const { accessToken, refreshToken } of [one, two]) {
      expect(await client().isDenied(accessToken)).toBe(true);
      expect(await client().refresh(refreshToken)).toBeUndefined();
    }
    expect(await client().isDenied(hers.accessToken)).toBe(false);
    expect(await client().refresh(hers.refreshToken)).toBeDefined();
    expect(await messagesOf('user.access-revoked', ada.id)).toMatchObject([
      { data: { userId: ada.id, sessionId: null, reason: 'SIGNED_OUT_EVERYWHERE' } },
    ]);
  });

  test('but here leaves this session, with its access token', async () => {
    const [here, there] = [await client().signIn(ada), await client().signIn(ada)];
    expect(await signOutEverywhere(ada, await sessionOf(here))).toEqual({ ok: true, value: 1 });
    expect(await client().isDenied(here.accessToken)).toBe(false);
    expect(await client().isDenied(there.accessToken)).toBe(true);
    expect(await client().refresh(here.refreshToken)).toBeDefined();
    expect(await client().refresh(there.refreshToken)).toBeUndefined();
  });

  test('while others refresh and sign in: what is not ended works, what is ended does not', async () => {
    for (let round = 1; round <= 6; round++) {
      const before = await Promise.all([client(real).signIn(ada), client(real).signIn(ada)]);
      const [, ...during] = await Promise.all([
        signOutEverywhere(ada, undefined, real),
        client(real).signIn(ada),
        ...before.map(({ refreshToken }) => client(real).refresh(refreshToken)),
      ]);
      for (const tokens of [...before, ...during]) {
        if (!tokens) continue;
        const { endedAt } = await kit.prisma.session.findUniqueOrThrow({ where: { id: await sessionOf(tokens) } });
        expect(await client(real).isDenied(tokens.accessToken)).toBe(endedAt !== null);
      }
    }
  });
});

test('ending the sessions of a user is part of the transaction of its reason', async () => {
  const tokens = await client().signIn(ada);
  const failing = kit.deps.transaction(async (stores) => {
    await endSessionsOf(stores, ada.id, { reason: 'PASSWORD_RESET' });
    throw new Error('the password could not be stored');
  });
  await expect(failing).rejects.toThrow('could not be stored');
  expect(await client().isDenied(tokens.accessToken)).toBe(false);
  expect(await client().refresh(tokens.refreshToken)).toBeDefined();
  expect(await messagesOf('user.access-revoked', ada.id)).toEqual([]);
});

test('a sign-in whose password is changed while it is being checked opens nothing', async () => {
  const changing = new pg.Client(kit.databaseUrl);
  await changing.connect();
  await changing.query('BEGIN');
  await changing.query(`UPDATE user_account SET password_hash = '$argon2id$another' WHERE id = $1`, [ada.id]);
  const signIn = real.commands.signIn(aSignIn({ email: ada.email }));
  await until('the sign-in waits for the change', async () => {
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    return (await changing.query(waiting)).rowCount === 1;
  });
  await changing.query('COMMIT');
  await changing.end();
  expect(await signIn).toMatchObject({ ok: false, failure: { kind: 'InvalidCredentials' } });
  expect(await sessionsOf(ada)).toEqual([]);
});

test('a sign-in with the key of a session that has ended opens another', async () => {
  const first = await client().signIn(ada, { idempotencyKey: 'again' });
  await signOut(ada, await sessionOf(first));
  const second = await client().signIn(ada, { idempotencyKey: 'again' });
  expect(await sessionOf(second)).not.toBe(await sessionOf(first));
  expect(await client().isDenied(second.accessToken)).toBe(false);
  expect(await client().refresh(second.refreshToken)).toBeDefined();
});

test('a user has 100 sessions; the one that was used least recently makes room', async () => {
  const now = Date.now();
  await kit.prisma.session.createMany({
    data: Array.from({ length: 100 }, (_, n) => ({
      id: newId('Session'),
      userId: ada.id,
      device: `device ${n}`,
      createdAt: new Date(now - 100_000_000),
      lastUsedAt: new Date(now - 1_000 * (n + 1)),
      expiresAt: new Date(now + 100_000_000),
    })),
  });
  const { refreshToken } = await client().signIn(ada);
  expect(await kit.prisma.session.findMany({ where: { userId: ada.id, NOT: { endedAt: null } } })).toMatchObject([
    { device: 'device 99', endReason: 'TOO_MANY_SESSIONS' },
  ]);
  expect(await client().refresh(refreshToken)).toBeDefined();
});

test('expired sessions go, of guests too, with their tokens; an ended one goes when it would have expired', async () => {
  const { guest } = await client().startGuest();
  const [ended, goesOn] = [await client().signIn(ada), await client().signIn(ada)];
  await signOut(ada, await sessionOf(ended));
  const count = () =>
    Promise.all([
      kit.prisma.session.count({ where: { id: guest.sessionId } }),
      kit.prisma.session.count({ where: { userId: ada.id } }),
      kit.prisma.refreshToken.count({ where: { session: { userId: ada.id } } }),
    ]);
  const day = 24 * 60 * 60 * 1_000;
  kit.advance(29 * day);
  const { refreshToken } = (await client().refresh(goesOn.refreshToken)) ?? {};
  await kit.app.commands.forgetOldSessions();
  expect(await count()).toEqual([1, 2, 3]);
  kit.advance(day);
  expect(await kit.app.commands.forgetOldSessions()).toBeGreaterThan(0);
  expect(await count()).toEqual([0, 1, 1]);
  expect(await client().refresh(refreshToken ?? '')).toBeDefined();
});

test('a password is all that a session needs, and no session holds one', async () => {
  await client().signIn(ada, { device: { device: null, userAgent: 'Mozilla/5.0' } });
  const [session] = await sessionsOf(ada);
  expect(JSON.stringify(session)).not.toContain(aPassword);
  expect(session).toMatchObject({ userAgent: 'Mozilla/5.0', device: null, guestId: null, endedAt: null });
});
