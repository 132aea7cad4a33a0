/** A session through the gateway: refreshed by one client, and ended by a second one with the same refresh token. */
import { expect, test } from 'vitest';
import { until } from '#kit/vitest/until.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { newAccount, succeed } from '#launcher/shopper/shopper.ts';
import {
  RefreshSessionDocument,
  SessionsDocument,
  SignInDocument,
  SignOutEverywhereDocument,
} from '#operations/documents.generated.ts';
import { agora, guest } from './shop.ts';

const as = (accessToken: string) => graphqlClient(agora.gateway, accessToken);
const refresh = async (refreshToken: string) =>
  (await guest.ask(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
const refreshed = async (refreshToken: string) => succeed(await refresh(refreshToken), 'RefreshSessionSuccess').tokens;
const status = async (accessToken: string) => (await as(accessToken).send('{ __typename }')).status;
const signedIn = async (credentials: { email: string; password: string }) =>
  succeed((await guest.ask(SignInDocument, { input: credentials })).signIn, 'SignInSuccess');

test('a session goes on with each refresh; a token that is used twice ends it for all who have it, and nobody else', async () => {
  const credentials = await newAccount(agora.gateway);
  const [first, other] = [await signedIn(credentials), await signedIn(credentials)];
  // Two tabs.
  const [one, two] = await Promise.all([1, 2].map(() => refreshed(first.tokens.refreshToken)));
  expect(two?.refreshToken).toBe(one?.refreshToken);
  const later = await refreshed(one?.refreshToken ?? '');
  const { me } = await as(later.accessToken).ask(SessionsDocument);
  expect(me?.sessions).toMatchObject([{ isCurrent: true }, { isCurrent: false }]);

  expect(await refresh(first.tokens.refreshToken)).toMatchObject({ __typename: 'InvalidToken' });
  expect(await refresh(later.refreshToken)).toMatchObject({ __typename: 'InvalidToken' });
  for (const { accessToken } of [one ?? later, later])
    await until('both who have the token are out', async () => (await status(accessToken)) === 401, 15_000);
  expect(await status(other.accessToken)).toBe(200);
  expect(await refreshed(other.tokens.refreshToken)).toBeDefined();
});

test('signing out everywhere but here leaves this session alone', async () => {
  const credentials = await newAccount(agora.gateway);
  const [here, there] = [await signedIn(credentials), await signedIn(credentials)];
  const { signOutEverywhere } = await as(here.accessToken).ask(SignOutEverywhereDocument, {
    input: { keepCurrent: true },
  });
  expect(signOutEverywhere).toMatchObject({ endedSessions: 1 });
  await until('the other is out', async () => (await status(there.accessToken)) === 401, 15_000);
  expect(await status(here.accessToken)).toBe(200);
  expect(await refreshed(here.tokens.refreshToken)).toBeDefined();
});

test.each(['', 'agr_', `agr_${'a'.repeat(43)}`, 'a'.repeat(10_000)])('%.10j refreshes nothing', async (token) => {
  expect(await refresh(token)).toMatchObject({ __typename: 'InvalidToken' });
});
