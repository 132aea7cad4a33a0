import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import type { Permission } from '#contracts/permissions.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { aPassword, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { sessionClient } from '#kit/user/sessions.ts';
import { signedIn } from '#kit/user/viewers.ts';
import type { User } from '../domain/account/user.ts';

let kit: UserTestApp;
beforeAll(async () => {
  kit = await userTestApp();
});
afterAll(() => kit[Symbol.asyncDispose]());

const ask: UserTestApp['ask'] = (...args) => kit.ask(...args);
const tokens = `tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }`;
const signIn = `mutation ($input: SignInInput!) { signIn(input: $input) {
  __typename ... on SignInSuccess { accessToken expiresAt ${tokens} user { id } } } }`;
const startGuestSession = `mutation ($input: StartGuestSessionInput) { startGuestSession(input: $input) {
  __typename ... on StartGuestSessionSuccess { guestId ${tokens} } } }`;
const refreshSession = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  __typename ... on RefreshSessionSuccess { ${tokens} user { id email } } ... on Failure { message } } }`;
const signOut = `mutation ($key: String, $input: SignOutInput) { signOut(idempotencyKey: $key, input: $input) {
  __typename ... on SignOutSuccess { sessionId } } }`;
const signOutEverywhere = `mutation ($input: SignOutEverywhereInput) { signOutEverywhere(input: $input) {
  __typename ... on SignOutEverywhereSuccess { endedSessions } } }`;
const sessions = '{ me { sessions { id device userAgent createdAt lastUsedAt isCurrent } } }';

/** The viewer that the gateway makes of a token. */
const viewerOf = async (accessToken: string): Promise<Viewer> => {
  const { sub, sid } = await sessionClient(kit, kit.app).claimsOf(accessToken);
  return sub.startsWith('gst_')
    ? { kind: 'guest', session: { guestId: sub as never, sessionId: sid } }
    : { ...signedIn(sub as never), sessionId: sid };
};
const signedInAs = async ({ email }: User, device?: string) => {
  const client: Viewer = { ...guest, userAgent: 'Mozilla/5.0 (Phone)' };
  const { data } = await ask(client, signIn, { input: { email, password: aPassword, device } });
  return { ...data.signIn.tokens, payload: data.signIn, viewer: await viewerOf(data.signIn.accessToken) };
};

test('signIn gives tokens, and the list of sessions says where from', async () => {
  const ada = await kit.customer();
  const { payload, viewer } = await signedInAs(ada, " Ada's phone ");
  expect(payload).toMatchObject({
    accessToken: payload.tokens.accessToken,
    expiresAt: payload.tokens.accessTokenExpiresAt,
  });
  await signedInAs(ada);
  const { data } = await ask(viewer, sessions);
  const userAgent = 'Mozilla/5.0 (Phone)';
  expect(data.me.sessions).toHaveLength(2);
  expect(data.me.sessions).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ device: "Ada's phone", userAgent, isCurrent: true }),
      expect.objectContaining({ device: null, userAgent, isCurrent: false }),
    ]),
  );
});

test.each(['d'.repeat(101), 'two\nlines', 'reversed\u202e'])(
  'a device called %.12j is a caller fault',
  async (device) => {
    const { email } = await kit.customer();
    const { codes } = await ask(guest, signIn, { input: { email, password: aPassword, device } });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(await ask(guest, startGuestSession, { input: { device } })).toMatchObject({ codes: ['BAD_USER_INPUT'] });
  },
);

test('refreshSession needs no access token; it returns the user, or null for a guest', async () => {
  const ada = await kit.customer();
  const { refreshToken } = await signedInAs(ada);
  const refreshed = await ask(guest, refreshSession, { input: { refreshToken } });
  expect(refreshed.data.refreshSession.user).toEqual({ id: ada.id, email: ada.email });
  const { data } = await ask(guest, startGuestSession);
  const again = await ask(guest, refreshSession, {
    input: { refreshToken: data.startGuestSession.tokens.refreshToken },
  });
  expect(again.data.refreshSession).toMatchObject({ __typename: 'RefreshSessionSuccess', user: null });
  const refused = await ask(guest, refreshSession, { input: { refreshToken: 'none' } });
  expect(refused.data.refreshSession).toEqual({ __typename: 'InvalidToken', message: expect.stringMatching(/.+\.$/) });
});

describe('signing out', () => {
  test('of the present session by default, of another by its id', async () => {
    const ada = await kit.customer();
    const [here, there] = [await signedInAs(ada), await signedInAs(ada)];
    const { sessionId: other } = there.viewer as { sessionId: string };
    expect((await ask(here.viewer, signOut, { input: { sessionId: other } })).data.signOut.sessionId).toBe(other);
    const own = (await ask(here.viewer, signOut)).data.signOut;
    expect(own).toMatchObject({
      __typename: 'SignOutSuccess',
      sessionId: (here.viewer as { sessionId: string }).sessionId,
    });
    expect((await ask(here.viewer, sessions)).data.me.sessions).toEqual([]);
  });

  test('of a guest ends the guest', async () => {
    const { data } = await ask(guest, startGuestSession);
    const { accessToken, refreshToken } = data.startGuestSession.tokens;
    expect((await ask(await viewerOf(accessToken), signOut)).data.signOut.__typename).toBe('SignOutSuccess');
    expect((await ask(guest, refreshSession, { input: { refreshToken } })).data.refreshSession.__typename).toBe(
      'InvalidToken',
    );
  });

  test.each(['ses_1', newId('Session'), newId('User'), ''])('of %.10j is NOT_FOUND', async (sessionId) => {
    const { viewer } = await signedInAs(await kit.customer());
    expect(await ask(viewer, signOut, { input: { sessionId } })).toMatchObject({ codes: ['NOT_FOUND'] });
  });

  test('everywhere ends all, or all but this one', async () => {
    const ada = await kit.customer();
    const here = await signedInAs(ada);
    await signedInAs(ada);
    const all = (input?: object) => ask(here.viewer, signOutEverywhere, { input });
    expect((await all({ keepCurrent: true })).data.signOutEverywhere.endedSessions).toBe(1);
    expect((await all()).data.signOutEverywhere.endedSessions).toBe(1);
    expect((await all({})).data.signOutEverywhere.endedSessions).toBe(0);
  });

  test.each([
    ['a guest without a session', guest, ['UNAUTHENTICATED', 'UNAUTHENTICATED']],
    ['an API key', { kind: 'apiKey', id: newId('ApiKey'), permissions: [] }, ['FORBIDDEN', 'FORBIDDEN']],
  ] as const)('is nothing that %s can do', async (_, viewer, codes) => {
    const asked = [await ask(viewer as Viewer, signOut), await ask(viewer as Viewer, signOutEverywhere)];
    expect(asked.flatMap((answer) => answer.codes)).toEqual(codes);
  });
});

describe("another user's sessions", () => {
  const others = 'query ($id: ID!) { user(id: $id) { id sessions { isCurrent } } }';
  const machine = (...permissions: Permission[]): Viewer => ({ kind: 'apiKey', id: newId('ApiKey'), permissions });
  test.each([
    ['staff', () => signedIn(newId('User'), 'STAFF'), ['FORBIDDEN']],
    ['an administrator', () => signedIn(newId('User'), 'ADMIN'), []],
    ['a machine that may read users', () => machine('users:read'), ['FORBIDDEN']],
    ['a machine that may manage them', () => machine('users:read', 'users:manage'), []],
  ])('are asked for by %s', async (_, viewer, codes) => {
    const ada = await kit.customer();
    await signedInAs(ada);
    const answer = await ask(viewer(), others, { id: ada.id });
    expect(answer.codes ?? []).toEqual(codes);
    expect(answer.data.user).toEqual({ id: ada.id, sessions: codes.length > 0 ? null : [{ isCurrent: false }] });
  });

  test('of many users take one statement', async () => {
    const users = [await kit.customer(), await kit.customer(), await kit.customer()];
    for (const user of users) await signedInAs(user);
    const aliases = users.map(({ id }, n) => `u${n}: user(id: "${id}") { sessions { id } }`).join(' ');
    const before = kit.statements.length;
    await ask(signedIn(newId('User'), 'ADMIN'), `{ ${aliases} }`);
    expect(kit.statements.slice(before).filter((sql) => sql.includes('"session"'))).toHaveLength(1);
  });
});
