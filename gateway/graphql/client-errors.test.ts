/** What a client has done wrong is told as its fault, without a hint of what is hidden and without what it has sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aGateway,
  aSubgraph,
  fixtureSchema,
  type GatewayFixture,
  type SubgraphFixture,
  supergraphOf,
} from '#kit/gateway/gateway.ts';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  enum Shade { DRAFT SOLD }
  input Account { email: String! password: String! age: Int! = 1 }
  type Query { me(n: Int! = 1, shade: Shade, text: String): String }
  type Mutation { signIn(input: Account!): String }`;

let user: SubgraphFixture;
let production: GatewayFixture;
let development: GatewayFixture;

beforeAll(async () => {
  const resolvers = { Query: { me: () => 'Ada' }, Mutation: { signIn: () => 'Ada' } };
  user = await aSubgraph('user', resolvers, fixtureSchema(sdl, resolvers));
  const environment = { SUPERGRAPH_SDL: supergraphOf({ user: sdl }), USER_SUBGRAPH_URL: user.url };
  production = await aGateway({ ...environment, INTROSPECTION: 'off', PLAYGROUND: 'off' });
  development = await aGateway(environment);
});
afterAll(async () => {
  for (const { close } of [production, development, user]) await close();
});

const signIn = 'mutation ($i: Account!) { signIn(input: $i) }';
const nested = (levels: number) => `${'{a'.repeat(levels)}${'}'.repeat(levels)}`;

describe.each(['production', 'development'] as const)('in %s', (profile) => {
  const send = async (query: unknown, variables?: unknown, more: object = {}) => {
    const gateway = { production, development }[profile];
    const logged = gateway.lines.length;
    const called = user.received.length;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables, ...more }),
    });
    const text = await response.text();
    const { errors = [] } = JSON.parse(text) as { errors?: { message: string; extensions: { code: string } }[] };
    const loggedErrors = gateway.lines.slice(logged).filter(({ level }) => level >= 50);
    return { status: response.status, text, errors, loggedErrors, calls: user.received.length - called };
  };

  it.each([
    ['null for an argument with a default', 'query ($n: Int = 1) { me(n: $n) }', { n: null }, 'BAD_USER_INPUT'],
    [
      'null in an input',
      'mutation ($n: Int = 1) { signIn(input: {email: "a", password: "b", age: $n}) }',
      { n: null },
      'BAD_USER_INPUT',
    ],
    ['null for a condition', 'query ($x: Boolean = true) { me @include(if: $x) }', { x: null }, 'BAD_USER_INPUT'],
    ['null for the other condition', 'query ($x: Boolean = false) { me @skip(if: $x) }', { x: null }, 'BAD_USER_INPUT'],
    ['a card number as the name of a variable', '{ me(n: $pan4242424242424242) }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['an enum value that is nearly right', 'query ($s: Shade) { me(shade: $s) }', { s: 'DRAF' }, 'BAD_USER_INPUT'],
    ['a field that is nearly right', signIn, { i: { emial: 'a', password: 'hunter2' } }, 'BAD_USER_INPUT'],
    [
      'another field beside all',
      signIn,
      { i: { email: 'a', password: 'hunter2', emial: 'hunter2' } },
      'BAD_USER_INPUT',
    ],
    ['a value of another type', signIn, { i: { email: 'a', password: ['hunter2'] } }, 'BAD_USER_INPUT'],
    ['a literal of another type', '{ me(n: "hunter2") }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a literal that is not an input object', 'mutation { signIn(input: "hunter2") }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['an object for a text', '{ me(text: {password: "hunter2"}) }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a literal that is nearly an enum value', '{ me(shade: DRAF) }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a text for an enum value', '{ me(shade: "hunter2") }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a default of another type', 'query ($n: Int = "hunter2") { me(n: $n) }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a text where none belongs', '{ me(text: "a" "hunter2") }', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a block of text where none belongs', '{ me(text: "a" """hunter2""") }', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an escape that is none', '{ me(text: "\\uhunter2") }', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a field of 10,000 letters', `{ ${'hunter2'.repeat(1_500)} }`, {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['braces by the thousand', nested(1_999), {}, 'GRAPHQL_PARSE_FAILED'],
    ['brackets by the thousand', `{ me(text: ${'['.repeat(1_900)}${']'.repeat(1_900)}) }`, {}, 'GRAPHQL_PARSE_FAILED'],
    [
      'a type by the thousand',
      `query ($a: ${'['.repeat(1_900)}Int${']'.repeat(1_900)}) { me }`,
      {},
      'GRAPHQL_PARSE_FAILED',
    ],
    ['braces as deep as may be read', nested(200), {}, 'DEPTH_LIMIT_EXCEEDED'],
  ])('%s is refused before any subgraph is called', async (_, query, variables, code) => {
    const { status, text, errors, loggedErrors, calls } = await send(query, variables);
    expect({ status, code: errors[0]?.extensions.code, loggedErrors, calls }).toEqual({
      status: 400,
      code,
      loggedErrors: [],
      calls: 0,
    });
    if (!query.includes('hunter2hunter2')) expect(text).not.toContain('hunter2');
    expect(text).not.toContain('42424242');
    if (profile === 'production') expect(text).not.toMatch(/Did you mean|DRAFT/);
    for (const { message } of errors) expect(message.length).toBeLessThanOrEqual(300);
  });

  it.each([undefined, '{ me }'])('an empty hash is not looked up, beside the document %s', async (query) => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: '' } };
    const { status, errors, loggedErrors } = await send(query, undefined, { extensions });
    expect({ status, code: errors[0]?.extensions.code, loggedErrors }).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
      loggedErrors: [],
    });
  });

  it('braces in a string are not nesting', async () => {
    const { text } = await send(`query ($t: String = "${'{'.repeat(500)}") { me(text: $t) }`);
    expect(JSON.parse(text)).toEqual({ data: { me: 'Ada' } });
  });
});
