/** What was revoked stops working at every gateway: beside the system's own, at one that was cut off and at one that starts later. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessTokenKeysPath } from '#contracts/access-token.ts';
import { writeApiKey } from '#contracts/api-key.ts';
import type { ApiKeyId } from '#contracts/ids.ts';
import { watchOrder } from '#kit/agora/watched-order.ts';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { until } from '#kit/vitest/until.ts';
import { graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { type Shopper, shopperOf, succeed } from '#launcher/shopper/shopper.ts';
import { agora, aKey, aShopper, variantOf } from './shop.ts';

// A gateway that hears nothing looks every second; "within seconds" on a machine that has other things to do.
const withinMs = 15_000;

let subgraph: SubgraphFixture;
let links: { user: BreakableLink; events: BreakableLink };
let distant: GatewayFixture;
const running: { close(): Promise<void> }[] = [];
const run = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const it = await starting;
  running.push(it);
  return it;
};

/** A further gateway of the system: it asks the user service, and hears what the relay says. Behind it is one field. */
const gatewayAt = (userUrl: string, eventsUrl: string): Promise<GatewayFixture> =>
  run(
    aGateway({
      USER_SUBGRAPH_URL: subgraph.url,
      ACCESS_TOKEN_JWKS_URL: new URL(accessTokenKeysPath, userUrl).href,
      EVENTS_DATABASE_URL: eventsUrl,
      RESPONSE_CACHE: 'off',
    }),
  );

beforeAll(async () => {
  subgraph = await run(aSubgraph('user', { Query: { me: () => 'somebody' } }));
  const [user, events] = [await run(breakableLink(agora.urls.user ?? '')), await run(breakableLink(agora.eventsUrl))];
  links = { user, events };
  distant = await gatewayAt(user.url, events.url);
});
afterAll(async () => {
  for (const each of running.toReversed()) await each.close();
});

type Caller = Pick<Shopper, 'accessToken'>;
const status = async (url: string, { accessToken }: Caller): Promise<number> =>
  (await graphqlClient(url, accessToken).send('{ __typename }')).status;
const here = (caller: Caller) => status(agora.gateway, caller);
const at = ({ url }: GatewayFixture, caller: Caller) => status(`${url}/graphql`, caller);

const admin = () => shopperOf(agora.gateway, { email: 'admin@example.com', password: 'demo-admin-1' });

/** The roles of a customer change, so what their tokens say is no longer true. */
const changeRoles = async ({ userId }: Shopper): Promise<void> => {
  const document = `mutation ($key: String, $input: GrantRoleInput!) {
    grantRole(idempotencyKey: $key, input: $input) { __typename }
  }`;
  const input = { userId, role: 'STAFF' };
  const { grantRole } = await (await admin()).client.ask<{ grantRole: { __typename: string } }, object>(document, {
    key: aKey(),
    input,
  });
  succeed(grantRole, 'GrantRoleSuccess');
};

test('within seconds at a gateway that was cut off, and from the first request on at one that starts later', async () => {
  const [shopper, other] = [await aShopper(), await aShopper()];
  expect([await here(shopper), await at(distant, shopper), await at(distant, other)]).toEqual([200, 200, 200]);
  await Promise.all([links.user.cut(), links.events.cut()]);
  const { signOut } = await shopper.client.ask<{ signOut: { __typename: 'SignOutSuccess' } }, object>(
    'mutation { signOut { __typename } }',
  );
  succeed(signOut, 'SignOutSuccess');
  await until('refused here', async () => (await here(shopper)) === 401, withinMs);
  // It cannot know, and serves its customers; no token lives longer than 15 minutes.
  expect([await at(distant, shopper), await at(distant, other)]).toEqual([200, 200]);
  await Promise.all([links.user.restore(), links.events.restore()]);
  await until('refused there', async () => (await at(distant, shopper)) === 401, withinMs);
  const later = await gatewayAt(agora.urls.user ?? '', agora.eventsUrl);
  expect([await at(later, shopper), await at(later, other)]).toEqual([401, 200]);
  expect([await here(other), await at(distant, other)]).toEqual([200, 200]);
});

test("a guest's session ends with the sign-in that it becomes part of", async () => {
  const { startGuestSession } = await graphqlClient(agora.gateway).ask<
    { startGuestSession: { __typename: 'StartGuestSessionSuccess'; tokens: { accessToken: string } } },
    object
  >('mutation { startGuestSession { __typename ... on StartGuestSessionSuccess { tokens { accessToken } } } }');
  const guest = succeed(startGuestSession, 'StartGuestSessionSuccess').tokens;
  expect([await here(guest), await at(distant, guest)]).toEqual([200, 200]);
  const { email, password } = { email: 'customer@example.com', password: 'demo-customer' };
  const document = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
  await graphqlClient(agora.gateway, guest.accessToken).ask(document, { input: { email, password } });
  for (const refusing of [here, (it: Caller) => at(distant, it)])
    await until('refused', async () => (await refusing(guest)) === 401, withinMs);
});

test('an API key does what it permits, and nothing once it is revoked', async () => {
  const { client } = await admin();
  const made = await client.ask<
    { createApiKey: { __typename: 'CreateApiKeySuccess'; key: string; apiKey: { id: string } } },
    object
  >(
    `mutation ($key: String, $input: CreateApiKeyInput!) {
      createApiKey(idempotencyKey: $key, input: $input) { __typename ... on CreateApiKeySuccess { key apiKey { id } } }
    }`,
    { key: aKey(), input: { name: 'The bookkeeper', permissions: ['orders:read'] } },
  );
  const { key, apiKey } = succeed(made.createApiKey, 'CreateApiKeySuccess');
  const machine = { accessToken: key };
  const orders = await graphqlClient(agora.gateway, key).send('{ orders(first: 1) { edges { node { id } } } }');
  expect([orders.status, orders.errors]).toEqual([200, []]);
  const users = await graphqlClient(agora.gateway, key).send('{ user(id: "usr_1") { id } }');
  expect(users.errors[0]?.extensions?.code).toBe('FORBIDDEN');
  expect(await at(distant, machine)).toBe(200);

  // Another secret of the same key, with a checksum that fits: nobody but the user service can tell.
  const [, id = ''] = key.split('_');
  const invented = writeApiKey(`key_${id}` as ApiKeyId, randomBytes(20));
  expect([await here({ accessToken: invented }), await here({ accessToken: key.slice(0, -1) })]).toEqual([401, 401]);

  await client.ask('mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename } }', {
    input: { id: apiKey.id },
  });
  for (const refusing of [here, (it: Caller) => at(distant, it)])
    await until('refused', async () => (await refusing(machine)) === 401, withinMs);
});

test('open streams end with UNAUTHENTICATED', async () => {
  const shopper = await aShopper();
  await shopper.add({ variantId: (await variantOf('trail-lamp-200')).id });
  // It waits for the customer, so its stream does not end by itself.
  const placed = succeed(await shopper.place({ paymentMethodToken: 'tok_action_required' }), 'PlaceOrderSuccess');
  const watch = watchOrder(agora.gateway, shopper.accessToken, placed.order.id);
  await until('open', () => watch.orders.length > 0, withinMs);
  await changeRoles(shopper);
  expect(await watch.ended).toBe('complete');
  expect(watch.codes).toEqual(['UNAUTHENTICATED']);
});

test('a gateway that starts while the user service is away serves guests, and says that it cannot tell who is signed in', async () => {
  const shopper = await aShopper();
  await links.user.cut();
  const cold = await gatewayAt(links.user.url, agora.eventsUrl);
  expect((await cold.ask('{ me }')).body.data).toEqual({ me: 'somebody' });
  const headers = { authorization: `Bearer ${shopper.accessToken}` };
  const { status, body } = await cold.ask('{ me }', { headers });
  expect([status, body.errors?.[0]?.extensions.code]).toEqual([503, 'AUTHENTICATION_UNAVAILABLE']);
  // Who was known before goes on.
  expect(await at(distant, shopper)).toBe(200);
  await links.user.restore();
  await until('signed in', async () => (await at(cold, shopper)) === 200, withinMs);
});
