/** Refused before any subgraph is called, and just as the subgraph would have done it. */
import { buildSchema, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import {
  aGateway,
  aSubgraph,
  fixtureSchema,
  type GatewayFixture,
  type GatewayReply,
  type SubgraphFixture,
  supergraphOf,
} from '#kit/gateway/gateway.ts';
import { anAccessToken, httpServer, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { enforceAccess } from '#platform/graphql/access.ts';
import { deniedResponse, rootDecisions } from './early-authorization.ts';

const access = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective", "@shareable"])
    @link(url: "https://agora.example/access/v1.0", import: ["@public", "@signedIn", "@permission"])
    @composeDirective(name: "@public")
    @composeDirective(name: "@signedIn")
    @composeDirective(name: "@permission")
  directive @public on FIELD_DEFINITION | OBJECT
  directive @signedIn on FIELD_DEFINITION | OBJECT
  directive @permission(name: String!) on FIELD_DEFINITION | OBJECT`;
const userSdl = `${access}
  type Query {
    shop: String @public
    mine(id: ID): String @signedIn
    ledger: String @permission(name: "payments:read")
    keys: String! @permission(name: "roles:manage")
    both: String @shareable @permission(name: "payments:read")
  }
  type Mutation { move(to: ID!): String! @signedIn  close: String @permission(name: "payments:read") }`;
const productSdl = `${access}
  type Query { both: String @shareable @permission(name: "payments:read")  generous: String @public @permission(name: "payments:read") }`;

let tokens: KeyPair;
let jwks: Awaited<ReturnType<typeof keyServer>>;
let user: SubgraphFixture;
let product: SubgraphFixture;
/** One that refuses early, and one that knows nothing of decisions, in front of the same subgraphs. */
let early: GatewayFixture;
let unaware: GatewayFixture;

beforeAll(async () => {
  tokens = await keyPair('access');
  jwks = await keyServer([tokens.publicKey]);
  const resolvers = {
    Query: { shop: () => 'open', mine: () => 'cart', ledger: () => 'all', keys: () => 'both', both: () => 'b' },
    Mutation: { move: () => 'moved', close: () => 'closed' },
  };
  const others = { Query: { both: () => 'b', generous: () => 'g' } };
  user = await aSubgraph('user', resolvers, enforceAccess(fixtureSchema(userSdl, resolvers)));
  product = await aSubgraph('product', others, enforceAccess(fixtureSchema(productSdl, others)));
  const supergraph = supergraphOf({ user: userSdl, product: productSdl });
  const environment = {
    USER_SUBGRAPH_URL: user.url,
    PRODUCT_SUBGRAPH_URL: product.url,
    ACCESS_TOKEN_JWKS_URL: jwks.url,
  };
  early = await aGateway({ ...environment, SUPERGRAPH_SDL: supergraph });
  const withoutAccess = supergraph.replace(/ *@link\(url: "https:\/\/agora[^\n]*\n/, '');
  unaware = await aGateway({ ...environment, SUPERGRAPH_SDL: withoutAccess });
});
afterAll(async () => {
  for (const { close } of [early, unaware, user, product, jwks]) await close();
});

const calls = () => user.received.length + product.received.length;

type Request = Parameters<GatewayFixture['ask']>[1];

/** What came, and how often subgraphs were called for it. */
const asked = async (gateway: GatewayFixture, query: string, request: Request = {}) => {
  const before = calls();
  const reply = await gateway.ask(query, request);
  return { reply: comparable(reply), calls: calls() - before };
};

/** All of an answer but what differs from one request to the next. */
const comparable = ({ status, headers, body }: GatewayReply) => {
  const differing = ['date', 'x-request-id', 'ratelimit', 'ratelimit-policy'];
  return { status, body, headers: [...headers].filter(([name]) => !differing.includes(name)) };
};

const asCustomer = async (): Promise<Request> => ({
  headers: { authorization: `Bearer ${await anAccessToken(tokens)}` },
});

describe('an operation that the viewer may not run at all', () => {
  it.each([
    ['a guest asks for what is theirs', '{ mine }', false],
    ['a guest asks for all that is not for guests', '{ mine ledger }', false],
    ['a guest asks for it under other names', '{ a: mine b: mine __proto__: ledger }', false],
    [
      'a guest asks for it in fragments',
      'query { ...F ... on Query { ledger } } fragment F on Query { mine mine }',
      false,
    ],
    ['a guest moves', 'mutation { move(to: "x") }', false],
    ['a guest closes the shop', 'mutation { close }', false],
    ['a customer asks for what only staff see', '{ ledger }', true],
    ['a customer asks for what cannot be null', '{ keys }', true],
  ])('is answered as by the subgraphs, without calling them: %s', async (_, query, signedIn) => {
    const request = signedIn ? await asCustomer() : {};
    const theirs = await asked(unaware, query, request);
    const ours = await asked(early, query, request);
    expect(theirs.reply.body.errors?.[0]?.extensions.code).toBe(signedIn ? 'FORBIDDEN' : 'UNAUTHENTICATED');
    expect(ours.reply).toEqual(theirs.reply);
    expect([theirs.calls, ours.calls]).toEqual([1, 0]);
  });

  it('is counted', async () => {
    await early.ask('{ mine }');
    const metrics = await (await fetch(`${early.url}/metrics`)).text();
    expect(metrics).toMatch(/^agora_gateway_early_denials_total\{.*\} [1-9]/m);
  });
});

describe('left to the subgraphs is', () => {
  it.each([
    ['what is for everybody', '{ shop }'],
    ['a mixture', '{ shop mine }'],
    ['what the request may leave out', 'query ($no: Boolean = false) { mine @include(if: $no) shop }'],
    ['what a variable leaves out', 'query ($no: Boolean = false) { mine @include(if: $no) ledger }'],
    ['what several subgraphs resolve', '{ both }'],
    ['several mutations, of which the first may empty the answer', 'mutation { move(to: "x") close }'],
    ['two decisions on one field', '{ generous }'],
  ])('%s', async (_, query) => {
    const theirs = await asked(unaware, query);
    const ours = await asked(early, query);
    expect(ours).toEqual(theirs);
    expect(ours.calls).toBe(1);
  });

  it('what the viewer may run', async () => {
    const { reply, calls: made } = await asked(early, '{ mine }', await asCustomer());
    expect([reply.body, made]).toEqual([{ data: { mine: 'cart' } }, 1]);
  });
});

it('an invalid variable, which is reported first', async () => {
  const query = 'query ($id: ID!) { mine(id: $id) }';
  const wrong = { variables: { id: {} } };
  const ours = await asked(early, query, wrong);
  expect(ours).toEqual(await asked(unaware, query, wrong));
  expect(ours.reply).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
});

it('every operation when the gateway does not authenticate', async () => {
  const server = await httpServer((_, response) => response.end(JSON.stringify({ data: { mine: 'cart' } })));
  const anybody = await aGateway({
    SUPERGRAPH_SDL: supergraphOf({ user: userSdl, product: productSdl }),
    USER_SUBGRAPH_URL: server.url,
    AUTHENTICATION: 'off',
  });
  expect((await anybody.ask('{ mine }')).body).toEqual({ data: { mine: 'cart' } });
  for (const { close } of [anybody, server]) await close();
});

test('reads the decisions of root fields that one subgraph resolves', () => {
  expect(Object.fromEntries(rootDecisions(supergraphOf({ user: userSdl, product: productSdl })))).toEqual({
    'Query.shop': { access: 'public', service: 'user' },
    'Query.mine': { access: 'signedIn', service: 'user' },
    'Query.ledger': { access: 'payments:read', service: 'user' },
    'Query.keys': { access: 'roles:manage', service: 'user' },
    'Query.generous': { access: 'public', service: 'product' },
    'Mutation.move': { access: 'signedIn', service: 'user' },
    'Mutation.close': { access: 'payments:read', service: 'user' },
  });
});

const schema = buildSchema('type Query { mine: String cart: String }');
const decisions = new Map([
  ['Query.mine', { access: 'signedIn', service: 'order' } as const],
  ['Query.cart', { access: 'identified', service: 'order' } as const],
]);

const refusalOf = (source: string) => {
  const document = parse(source);
  const operation = document.definitions.find((node) => node.kind === 'OperationDefinition');
  if (!operation) throw new Error('a document without an operation');
  return deniedResponse({ schema, document, operation, decisions }, guest);
};

test('a repeated field is denied once', () => {
  expect(refusalOf('{ mine ...F } fragment F on Query { mine ... { mine } }')).toEqual({
    data: { mine: null },
    errors: [
      {
        message: 'Sign in to use Query.mine.',
        path: ['mine'],
        extensions: { code: 'UNAUTHENTICATED', service: 'order' },
      },
    ],
  });
});

test('a guest is told where a guest session is enough', () => {
  expect(refusalOf('{ cart }')?.errors.map(({ message }) => message)).toEqual([
    'Sign in or start a guest session to use Query.cart.',
  ]);
});

test('survives a fragment bomb', () => {
  const bomb = Array.from({ length: 200 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
    '\n',
  );
  expect(refusalOf(`{ ...F0 } ${bomb} fragment F200 on Query { mine }`)?.data).toEqual({ mine: null });
});
