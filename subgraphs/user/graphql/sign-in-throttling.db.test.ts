/** Signing in the whole way: a client, the gateway with what it counts, and the user subgraph with what it remembers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aGateway, type GatewayFixture, viewerKey } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { aPassword, type UserTestApp, userTestApp } from '#kit/user/builders.ts';
import { viewerVerifier } from '#platform/auth/viewer.ts';
import { requestContext } from '#platform/graphql/context.ts';
import { serveGraphql } from '#platform/graphql/serve.ts';
import { createHttpServer } from '#platform/http/server.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import { schema } from '../wiring.ts';
import { loaders } from './loaders.ts';

let kit: UserTestApp;
let gateway: GatewayFixture;
const http = createHttpServer({ ...recordedLog(), metrics: createMetrics('user'), notReady: async () => [] });

beforeAll(async () => {
  kit = await userTestApp();
  await serveGraphql({
    http,
    schema: schema(),
    context: requestContext(kit.app, loaders),
    verifyViewer: viewerVerifier({ keys: [(await viewerKey).publicKey] }, 'user'),
    ...recordedLog(),
  });
  gateway = await aGateway({
    SUPERGRAPH_FILE: 'supergraph.graphql',
    USER_SUBGRAPH_URL: `${await http.listen({ host: '127.0.0.1', port: 0 })}/graphql`,
    TRUSTED_PROXIES: 'loopback',
  });
});
afterAll(async () => {
  await gateway.close();
  await http.close();
  await kit[Symbol.asyncDispose]();
});

const field = 'signIn(input: $input) { __typename }';
/** What became of each; or the code of the one error. */
const signIn = async (address: string, email: string, password: string, times = 1) => {
  const fields = Array.from({ length: times }, (_, n) => `s${n}: ${field}`).join(' ');
  const { body } = await gateway.ask(`mutation ($input: SignInInput!) { ${fields} }`, {
    variables: { input: { email, password } },
    headers: { 'x-forwarded-for': address },
  });
  if (!body.data) return [body.errors?.[0]?.extensions.code];
  return Object.values(body.data).map((payload) => (payload as { __typename: string }).__typename);
};

const stranger = '198.51.100.66';

test('a guesser is slowed by subgraph and gateway; only the owner gets in, from elsewhere', async () => {
  const { email } = await kit.customer();
  expect(await signIn(stranger, email, 'wrong guess', 10)).toEqual([
    ...Array(5).fill('InvalidCredentials'),
    ...Array(5).fill('TooManyAttempts'),
  ]);
  expect(await signIn(stranger, email, 'wrong guess', 10)).toEqual(Array(10).fill('TooManyAttempts'));
  expect(await signIn(stranger, email, 'wrong guess', 10)).toEqual(Array(10).fill('TooManyAttempts'));
  expect(await signIn(stranger, email, aPassword)).toEqual(['RATE_LIMITED']);

  expect(await signIn('203.0.113.7', email, aPassword)).toEqual(['SignInSuccess']);
  // Another device of another household that has all of its own /64.
  expect(await signIn('2001:db8:1:2::7', email, aPassword)).toEqual(['SignInSuccess']);
});

test('an IPv6 household counts as one address', async () => {
  const { email } = await kit.customer();
  for (let guess = 1; guess <= 5; guess++) await signIn(`2001:db8:6:6::${guess}`, email, 'wrong guess');
  expect(await signIn('2001:db8:6:6::99', email, aPassword)).toEqual(['TooManyAttempts']);
  expect(await signIn('2001:db8:6:7::99', email, aPassword)).toEqual(['SignInSuccess']);
});

test('a flood of registrations with an address does not affect its owner', async () => {
  const { email } = await kit.customer();
  const register =
    'register(input: { email: $email, password: "a password of theirs", displayName: "Eve" }) { __typename }';
  const aliased = Array.from({ length: 10 }, (_, n) => `r${n}: ${register}`).join(' ');
  const flood = () =>
    gateway.ask(`mutation ($email: String! = "${email}") { ${aliased} }`, { headers: { 'x-forwarded-for': stranger } });
  for (let n = 0; n < 3; n++) expect((await flood()).status).toBe(200);
  expect((await flood()).status).toBe(429);
  expect(await signIn('203.0.113.7', email, aPassword)).toEqual(['SignInSuccess']);
});
