import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SessionId } from '#contracts/ids.ts';
import { skewMs, withClockAhead } from '#kit/postgres/skewed-clock.ts';
import { type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { sessionClient } from '#kit/user/sessions.ts';
import { until } from '#kit/vitest/until.ts';
import pg from '#platform/database/pg.ts';
import type { User } from '../../domain/account/user.ts';
import { dependencies } from '../../wiring.ts';
import { app as createApp } from '../app.ts';

let kit: UserTestApp;
let ada: User;
beforeAll(async () => {
  kit = await userTestApp();
});
beforeEach(async () => {
  ada = await kit.customer();
});
afterAll(() => kit[Symbol.asyncDispose]());

const client = () => sessionClient(kit, kit.app);
const sessionOf = (user: User) => kit.prisma.session.findFirstOrThrow({ where: { userId: user.id } });
const revocations = (aggregateId: string) =>
  kit.prisma.outboxMessage.findMany({ where: { type: 'user.access-revoked', aggregateId } });
const signedIn = async () => {
  const tokens = await client().signIn(ada);
  const { sid } = await client().claimsOf(tokens.accessToken);
  return { ...tokens, sid: sid as SessionId };
};

const second = 1_000;
const day = 24 * 60 * 60 * second;

describe('a refresh', () => {
  test('goes on with the session: new tokens, and it has been used', async () => {
    const first = await signedIn();
    kit.advance(60 * second);
    const next = await client().refresh(first.refreshToken);

    expect(next?.refreshToken).toMatch(/^agr_[\w-]{43}$/);
    expect(next?.refreshToken).not.toBe(first.refreshToken);
    expect(await client().claimsOf(next?.accessToken ?? '')).toMatchObject({ sub: ada.id, sid: first.sid });
    const { createdAt, lastUsedAt, expiresAt, refreshes } = await sessionOf(ada);
    expect(lastUsedAt.getTime() - createdAt.getTime()).toBe(60 * second);
    expect(expiresAt.getTime() - lastUsedAt.getTime()).toBe(30 * day);
    expect(refreshes).toBe(1);
    expect(next?.refreshTokenExpiresAt).toEqual(expiresAt);
  });

  test('gives what roles the user has now', async () => {
    const first = await signedIn();
    await kit.prisma.userRole.create({ data: { userId: ada.id, roleName: 'STAFF', grantedAt: new Date() } });
    const next = await client().refresh(first.refreshToken);
    expect((await client().claimsOf(next?.accessToken ?? '')).roles).toEqual(['CUSTOMER', 'STAFF']);
  });

  test('of a guest works alike', async () => {
    const { tokens, guest } = await client().startGuest();
    const next = await client().refresh(tokens.refreshToken);
    const claims = await client().claimsOf(next?.accessToken ?? '');
    expect(claims).toMatchObject({ sub: guest.guestId, sid: guest.sessionId, roles: [], permissions: [] });
  });

  test('names the guest whom a sign-in merged, in the first token of that user alone', async () => {
    const { guest } = await client().startGuest();
    const [ada, eve] = [await kit.customer(), await kit.customer()];
    const mergedIn = async ({ accessToken }: { accessToken: string }) => (await client().claimsOf(accessToken)).merged;
    const first = await client().signIn(ada, { guest });
    expect(await mergedIn(first)).toBe(guest.guestId);
    const next = await client().refresh(first.refreshToken);
    expect(await mergedIn({ accessToken: next?.accessToken ?? '' })).toBeUndefined();
    expect(await mergedIn(await client().signIn(eve, { guest }))).toBeUndefined();
    expect(await mergedIn(await client().signIn(ada, { guest }))).toBe(guest.guestId);
    const sent = await kit.prisma.outboxMessage.findMany({ where: { type: 'user.guest-merged' } });
    expect(sent.map(({ data }) => data)).toContainEqual({ guestId: guest.guestId, userId: ada.id });
    expect(sent.filter(({ aggregateId }) => aggregateId === guest.guestId)).toHaveLength(1);
  });

  test('stores no token in clear, used or not', async () => {
    const first = await signedIn();
    const next = await client().refresh(first.refreshToken);
    const stored = JSON.stringify(await kit.prisma.refreshToken.findMany({ where: { sessionId: first.sid } }));
    for (const token of [first.refreshToken, next?.refreshToken ?? '']) {
      expect(stored).not.toContain(token);
      expect(stored).not.toContain(token.slice('agr_'.length));
    }
  });

  test('takes at most nine statements', async () => {
    const { refreshToken } = await signedIn();
    const before = kit.statements.length;
    await client().refresh(refreshToken);
    const statements = kit.statements.slice(before).filter((sql) => !/^(BEGIN|COMMIT)/.test(sql));
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(9);
  });

  test('counts for 30 days, and a session for a year', async () => {
    let { refreshToken } = await signedIn();
    const unused = (await client().signIn(ada)).refreshToken;
    kit.advance(30 * day);
    expect(await client().refresh(unused)).toBeUndefined();
    // The last moment of each 30 days.
    ({ refreshToken } = await signedIn());
    for (let month = 1; month <= 12; month++) {
      kit.advance(30 * day - 1);
      refreshToken = (await client().refresh(refreshToken))?.refreshToken ?? '';
    }
    kit.advance(5 * day);
    expect(await client().refresh(refreshToken)).toMatchObject({ refreshToken: expect.any(String) });
    kit.advance(12);
    expect(await client().refresh(refreshToken)).toBeUndefined();
  });

  test.each(['', 'agr_', `agr_${'a'.repeat(43)}`, 'a'.repeat(1_000_000), "'; DROP TABLE session; --", '\0'])(
    'with %.20j is refused',
    async (token) => {
      expect(await kit.app.commands.refreshSession(token)).toMatchObject({
        ok: false,
        failure: { kind: 'InvalidToken' },
      });
    },
  );
});

describe('the same token again', () => {
  test('within 10 seconds gets the same successor: its answer was lost', async () => {
    const first = await signedIn();
    const lost = await client().refresh(first.refreshToken);
    kit.advance(10 * second);
    const again = await client().refresh(first.refreshToken);
    expect(again?.refreshToken).toBe(lost?.refreshToken);
    expect(again?.refreshTokenExpiresAt).toEqual(lost?.refreshTokenExpiresAt);
    expect(await client().isDenied(again?.accessToken ?? '')).toBe(false);
    expect(await client().refresh(again?.refreshToken ?? '')).toBeDefined();
    expect((await sessionOf(ada)).endedAt).toBeNull();
  });

  test('20 times at once gets one successor: many tabs', async () => {
    const first = await signedIn();
    const results = await Promise.all(Array.from({ length: 20 }, () => client().refresh(first.refreshToken)));
    expect(new Set(results.map((tokens) => tokens?.refreshToken)).size).toBe(1);
    expect(results[0]?.refreshToken).toBeDefined();
    expect((await sessionOf(ada)).refreshes).toBe(1);
    expect(await kit.prisma.refreshToken.count({ where: { sessionId: first.sid } })).toBe(2);
  });

  test.each([
    ['after 10 seconds', async () => kit.advance(10_001)],
    ['once its successor has been used', async (successor: string) => await client().refresh(successor)],
  ])('%s ends the session for both who have it, and is recorded', async (_, happens) => {
    const first = await signedIn();
    const other = await client().signIn(ada);
    const next = await client().refresh(first.refreshToken);
    await happens(next?.refreshToken ?? '');

    expect(await client().refresh(first.refreshToken)).toBeUndefined();
    expect(await client().refresh(next?.refreshToken ?? '')).toBeUndefined();
    for (const token of [first.accessToken, next?.accessToken ?? '']) expect(await client().isDenied(token)).toBe(true);
    expect(await kit.prisma.session.findUnique({ where: { id: first.sid } })).toMatchObject({
      endReason: 'REFRESH_TOKEN_REUSED',
    });
    const [event, ...more] = await revocations(first.sid);
    expect(event?.data).toEqual({ userId: ada.id, sessionId: first.sid, reason: 'REFRESH_TOKEN_REUSED' });
    expect(more).toEqual([]);
    // The user's other devices are not concerned.
    expect(await client().refresh(other.refreshToken)).toBeDefined();
    expect(await client().isDenied(other.accessToken)).toBe(false);
  });

  test('of a session that has ended is refused, and tells nobody anything', async () => {
    const first = await signedIn();
    const next = await client().refresh(first.refreshToken);
    await kit.app.commands.signOut({ owner: { userId: ada.id }, sessionId: first.sid, idempotencyKey: undefined });
    kit.advance(60 * second);
    for (const token of [first.refreshToken, next?.refreshToken ?? ''])
      expect(await client().refresh(token)).toBeUndefined();
    expect(await revocations(first.sid)).toMatchObject([{ data: { reason: 'SIGNED_OUT' } }]);
  });

  test.each([
    ['ahead', skewMs],
    ['behind', -skewMs],
  ])('counts its 10 seconds by the clock of the database when that of the process is a minute %s', async (_, ms) => {
    const skewed = sessionClient(kit, await realApp());
    const { refreshToken } = await skewed.signIn(ada);
    const next = await skewed.refresh(refreshToken);
    const again = await withClockAhead(ms, () => skewed.refresh(refreshToken));
    expect(again?.refreshToken).toBe(next?.refreshToken);
  });

  test('guessed at random finds nothing, and harms nobody', async () => {
    const first = await signedIn();
    const guess = `${first.refreshToken.slice(0, -1)}${first.refreshToken.endsWith('A') ? 'E' : 'A'}`;
    expect(await client().refresh(guess)).toBeUndefined();
    expect(await client().refresh(first.refreshToken)).toBeDefined();
  });
});

/** With the database's own clock, so that what happens at once happens in an order. */
const realApp = async () =>
  createApp(
    await dependencies(kit.prisma, kit.deps.accessTokens, { emailVerification: 'optional', mail: kit.deps.mail }),
  );

describe('against a sign-out', () => {
  test('whichever comes first, no token is left that works', async () => {
    const app = await realApp();
    const real = sessionClient(kit, app);
    for (let round = 1; round <= 12; round++) {
      const { accessToken, refreshToken } = await real.signIn(ada);
      const { sid } = await real.claimsOf(accessToken);
      const end = { owner: { userId: ada.id }, sessionId: sid as SessionId, idempotencyKey: undefined };
      const tabs = [real.refresh(refreshToken), app.commands.signOut(end), real.refresh(refreshToken)] as const;
      const [one, , two] = await Promise.all(round % 2 ? tabs : ([...tabs].reverse() as unknown as typeof tabs));
      for (const tokens of [one, two, { accessToken, refreshToken }]) {
        if (!tokens) continue;
        expect(await real.isDenied(tokens.accessToken)).toBe(true);
        expect(await real.refresh(tokens.refreshToken)).toBeUndefined();
      }
      expect(await revocations(sid)).toHaveLength(1);
    }
  });

  test('a sign-out that waits for a refresh denies the token that this issues', async () => {
    const app = await realApp();
    const real = sessionClient(kit, app);
    const { accessToken, refreshToken } = await real.signIn(ada);
    const { sid } = await real.claimsOf(accessToken);
    await using holder = await lockedSession(sid);
    const refreshed = real.refresh(refreshToken);
    await holder.waiting(1);
    // It begins, and reads the time, before the refresh issues anything.
    const end = { owner: { userId: ada.id }, sessionId: sid as SessionId, idempotencyKey: undefined };
    const ended = app.commands.signOut(end);
    await holder.waiting(2);
    await holder.commit();
    await ended;
    expect(await real.isDenied((await refreshed)?.accessToken ?? '')).toBe(true);
  });
});

test('a refresh that meets a change of roles waits for it, and says what is true then', async () => {
  const real = sessionClient(kit, await realApp());
  await kit.prisma.userRole.create({ data: { userId: ada.id, roleName: 'STAFF', grantedAt: new Date() } });
  const { refreshToken } = await real.signIn(ada);
  await using change = await openTransaction();
  await change.query(`DELETE FROM user_role WHERE user_id = $1`, [ada.id]);
  // As denials.add does it.
  await change.query('SELECT 1 FROM user_account WHERE id = $1 FOR NO KEY UPDATE', [ada.id]);
  const refreshed = real.refresh(refreshToken);
  await change.waiting(1);
  await change.commit();
  expect((await real.claimsOf((await refreshed)?.accessToken ?? '')).roles).toEqual(['CUSTOMER']);
});

test('a refresh whose connection dies before its commit has not happened, and is repeated', async () => {
  const app = await realApp();
  const real = sessionClient(kit, app);
  const { accessToken, refreshToken } = await real.signIn(ada);
  const { sid } = await real.claimsOf(accessToken);
  await using holder = await lockedSession(sid);
  const refreshed = real.refresh(refreshToken).catch((error: unknown) => error);
  await holder.waiting(1);
  await holder.killWaiting();
  await holder.commit();
  expect(await refreshed).toBeInstanceOf(Error);
  expect(await kit.prisma.refreshToken.count({ where: { sessionId: sid } })).toBe(1);
  expect(await real.refresh(refreshToken)).toBeDefined();
});

/** Somebody who has the session's row, and sees who waits for it. */
const lockedSession = async (sid: string) => {
  const holder = await openTransaction();
  await holder.query('SELECT 1 FROM session WHERE id = $1 FOR UPDATE', [sid]);
  return holder;
};

const openTransaction = async () => {
  const client = new pg.Client(kit.databaseUrl);
  await client.connect();
  await client.query('BEGIN');
  const waiters = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  return {
    query: (sql: string, values: string[]) => client.query(sql, values),
    waiting: (count: number) =>
      until(`${count} wait for a lock`, async () => (await client.query(waiters)).rowCount === count),
    killWaiting: () => client.query(`SELECT pg_terminate_backend(pid) FROM (${waiters}) AS waiter`),
    commit: async () => {
      await client.query('COMMIT');
      await client.end();
    },
    // Also when a test has failed: nobody is left waiting.
    [Symbol.asyncDispose]: () => client.end(),
  };
};
