/** `@authenticated`, `@requiresScopes` and `@policy` of a composed supergraph, in front of subgraphs that enforce nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Permission, permissions } from '#contracts/permissions.ts';
import { aFakeSubgraph } from '#kit/gateway/fake-subgraph.ts';
import {
  aGateway,
  aSubgraph,
  fixtureSchema,
  type GatewayFixture,
  type GatewayReply,
  type SubgraphFixture,
  supergraphOf,
} from '#kit/gateway/gateway.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import type { DecidePolicy } from './viewer-access.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@authenticated", "@policy", { name: "@requiresScopes", as: "@scoped" }])`;
const userSdl = `${link}
  type Query {
    me: User @authenticated
    people: [User!]
    strict: [User!]!
    posts: [Post!]
    named: [Named]
    hits: [Hit]
    open: String
    board(id: ID!): Board
  }
  type Board { id: ID! version: Int! isFinal: Boolean! note: String @policy(policies: [["users:read"]]) }
  type Subscription { boardUpdated(id: ID!): Board @authenticated }
  type Mutation { wipe: String @scoped(scopes: [["admin", "write"], ["root"]])  touch: String }
  interface Post { id: ID! title: String! text: String }
  type PublicPost implements Post { id: ID! title: String! text: String }
  type PrivatePost implements Post @authenticated { id: ID! title: String! text: String }
  interface Named { name: String! phone: String }
  type Robot implements Named { name: String! phone: String }
  type User implements Named @key(fields: "id") {
    id: ID! name: String! phone: String @policy(policies: [["users:read"]])
    role: Role level: Level pin: Int! @authenticated
  }
  union Hit = PrivatePost | Robot
  enum Role @authenticated { A B }
  scalar Level @scoped(scopes: [["levels"]])`;
const productSdl = `${link}
  type Query { shared: String @shareable }
  type User @key(fields: "id") {
    id: ID!
    email: String! @scoped(scopes: [["email"]])
    pay: Int @authenticated @policy(policies: [["orders:read", "stock:read"], ["payments:read"]])
    score: Int
  }`;

/** Coordinates that a subgraph was asked for. */
let resolved: string[] = [];
const noted = (coordinate: string, value: unknown) => () => {
  resolved.push(coordinate);
  return value;
};
const ada = { __typename: 'User', id: '1', name: 'Ada' };
const bob = { __typename: 'User', id: '2', name: 'Bob' };
const posts = [
  { __typename: 'PublicPost', id: 'a', title: 'Open', text: 'all' },
  { __typename: 'PrivatePost', id: 'b', title: 'Closed', text: 'few' },
];
const userResolvers = {
  Query: {
    me: noted('me', ada),
    people: noted('people', [ada, bob]),
    strict: () => [ada],
    posts: noted('posts', posts),
    named: noted('named', [ada, { __typename: 'Robot', name: 'R2', phone: '0' }]),
    hits: noted('hits', [posts[1], { __typename: 'Robot', name: 'R2', phone: '0' }]),
    open: () => 'yes',
    board: noted('board', { id: '1', version: 1, isFinal: true, note: 'psst' }),
  },
  Mutation: { wipe: noted('wipe', 'wiped'), touch: noted('touch', 'touched') },
  User: {
    phone: noted('phone', '555'),
    role: noted('role', 'A'),
    level: noted('level', 7),
    pin: noted('pin', 1234),
  },
};
const productResolvers = {
  Query: { shared: () => 's' },
  User: { email: noted('email', 'ada@example.com'), pay: noted('pay', 100), score: noted('score', 5) },
};

let tokens: KeyPair;
const closing: { close(): Promise<void> }[] = [];
let user: SubgraphFixture;
let environment: Record<string, string>;
let gateway: GatewayFixture;
let strict: GatewayFixture;

beforeAll(async () => {
  tokens = await keyPair('access');
  const jwks = await keyServer([tokens.publicKey]);
  user = await aSubgraph('user', userResolvers, fixtureSchema(userSdl, userResolvers));
  const product = await aSubgraph('product', productResolvers, fixtureSchema(productSdl, productResolvers));
  environment = {
    USER_SUBGRAPH_URL: user.url,
    PRODUCT_SUBGRAPH_URL: product.url,
    ACCESS_TOKEN_JWKS_URL: jwks.url,
    RATE_LIMITS: 'off',
    CACHE_INVALIDATION: 'ttl',
    SUPERGRAPH_SDL: supergraphOf({ user: userSdl, product: productSdl }),
  };
  gateway = await aGateway(environment);
  strict = await aGateway({ ...environment, UNAUTHORIZED_FIELDS: 'reject' });
  closing.push(gateway, strict, user, product, jwks);
});
afterAll(async () => {
  for (const { close } of closing) await close();
});

/** Nobody, or the holder of a token with these scopes, or of our own with these permissions. */
type Viewer = 'guest' | { readonly scope?: string; readonly permissions?: Permission[] };

const ask = async (to: GatewayFixture, viewer: Viewer, query: string, variables?: object) => {
  resolved = [];
  const headers = await headersOf(viewer);
  const { status, body } = await to.ask(query, { headers, ...(variables && { variables }) });
  const errors = (body.errors ?? []).map(({ path, extensions }) => `${[path].flat().join('.')} ${extensions.code}`);
  return { status, body, data: body.data, errors };
};
const headersOf = async (viewer: Viewer): Promise<Record<string, string>> =>
  viewer === 'guest' ? {} : { authorization: `Bearer ${await anAccessToken(tokens, { permissions: [], ...viewer })}` };
const refused = (...paths: string[]) => paths.map((path) => `${path} UNAUTHORIZED_FIELD_OR_TYPE`);
const signedIn: Viewer = {};

describe('a field that the viewer may not read', () => {
  it.each<[string, Viewer, string, unknown, string[], string[]]>([
    ['@authenticated, a guest', 'guest', '{ open me { name } }', { open: 'yes', me: null }, ['me'], ['me']],
    ['@authenticated, signed in', signedIn, '{ open me { name } }', { open: 'yes', me: { name: 'Ada' } }, [], []],
    [
      'of another subgraph, at each position, up to where null may be',
      'guest',
      '{ people { name score email } }',
      { people: null },
      ['people.0.email', 'people.1.email'],
      ['email'],
    ],
    ['a scope', { scope: 'other email' }, '{ me { email } }', { me: { email: 'ada@example.com' } }, [], []],
    ['a scope that a permission stands for', signedIn, '{ me { email name } }', { me: null }, ['me.email'], ['email']],
    [
      'an alias',
      'guest',
      '{ people { n: name p: phone } }',
      {
        people: [
          { n: 'Ada', p: null },
          { n: 'Bob', p: null },
        ],
      },
      ['people.0.p', 'people.1.p'],
      ['phone'],
    ],
    [
      'a policy, which is a permission',
      { permissions: ['users:read'] },
      '{ me { phone } }',
      { me: { phone: '555' } },
      [],
      [],
    ],
    [
      'all names of one combination',
      { permissions: ['orders:read', 'stock:read'] },
      '{ me { pay } }',
      { me: { pay: 100 } },
      [],
      [],
    ],
    ['another combination', { permissions: ['payments:read'] }, '{ me { pay } }', { me: { pay: 100 } }, [], []],
    [
      'half a combination',
      { permissions: ['orders:read'] },
      '{ me { pay } }',
      { me: { pay: null } },
      ['me.pay'],
      ['pay'],
    ],
    [
      'an enum and a scalar',
      signedIn,
      '{ me { role level } }',
      { me: { role: 'A', level: null } },
      ['me.level'],
      ['level'],
    ],
    [
      'an enum, of a guest',
      'guest',
      '{ people { role } }',
      { people: [{ role: null }, { role: null }] },
      ['people.0.role', 'people.1.role'],
      ['role'],
    ],
    [
      'in a fragment, in a fragment',
      'guest',
      '{ people { ...A } } fragment A on User { name ...B } fragment B on User { phone }',
      {
        people: [
          { name: 'Ada', phone: null },
          { name: 'Bob', phone: null },
        ],
      },
      ['people.0.phone', 'people.1.phone'],
      ['phone'],
    ],
    ['the whole answer', 'guest', '{ strict { pin } }', null, ['strict.0.pin'], ['pin']],
    [
      'left out by @skip',
      'guest',
      'query ($no: Boolean = true) { open me @skip(if: $no) { name } }',
      { open: 'yes' },
      [],
      ['me'],
    ],
    [
      'taken in by @include',
      'guest',
      'query ($yes: Boolean = true) { open me @include(if: $yes) { name } }',
      { open: 'yes', me: null },
      ['me'],
      ['me'],
    ],
    [
      'asked for twice',
      'guest',
      '{ people { phone x: phone } }',
      {
        people: [
          { phone: null, x: null },
          { phone: null, x: null },
        ],
      },
      ['people.0.phone', 'people.0.x', 'people.1.phone', 'people.1.x'],
      ['phone'],
    ],
  ])('is null with an error: %s', async (_, viewer, query, data, paths, unasked) => {
    const answer = await ask(gateway, viewer, query);
    expect(answer).toMatchObject({ status: 200, data, errors: refused(...paths) });
    expect(resolved.filter((coordinate) => unasked.includes(coordinate))).toEqual([]);
  });

  it('leaves out calls that are only for it', async () => {
    await ask(gateway, 'guest', '{ people { name email } }');
    expect(resolved).toEqual(['people']);
  });

  it('is not fetched, and with it the whole mutation is not made', async () => {
    const query = 'mutation { touch wipe }';
    const writer = await ask(gateway, { scope: 'write' }, query);
    expect(writer).toMatchObject({ data: { touch: 'touched', wipe: null }, errors: refused('wipe') });
    expect(resolved).toEqual(['touch']);
    expect((await ask(gateway, { scope: 'write' }, 'mutation { wipe }')).data).toEqual({ wipe: null });
    expect(resolved).toEqual([]);
    for (const scope of ['write admin', 'root'])
      expect((await ask(gateway, { scope }, query)).data).toEqual({ touch: 'touched', wipe: 'wiped' });
  });
});

describe('abstract types', () => {
  const [open, closed] = [
    { id: 'a', title: 'Open' },
    { id: 'b', title: 'Closed' },
  ];
  it.each<[string, Viewer, string, unknown, string[]]>([
    [
      'fields of an interface need what any implementation needs',
      'guest',
      '{ posts { id title } }',
      { posts: null },
      ['posts'],
    ],
    ['which a viewer may have', signedIn, '{ posts { id title } }', { posts: [open, closed] }, []],
    [
      'fragments need what their types need',
      'guest',
      '{ posts { __typename ... on PublicPost { id title } ... on PrivatePost { text } } }',
      {
        posts: [
          { __typename: 'PublicPost', ...open },
          { __typename: 'PrivatePost', text: null },
        ],
      },
      ['posts.1.text'],
    ],
    [
      'a field of an interface that one implementation guards',
      'guest',
      '{ named { name phone } }',
      {
        named: [
          { name: 'Ada', phone: null },
          { name: 'R2', phone: null },
        ],
      },
      ['named.0.phone', 'named.1.phone'],
    ],
    [
      'the same field of the other one',
      'guest',
      '{ named { name ... on Robot { phone } } }',
      { named: [{ name: 'Ada' }, { name: 'R2', phone: '0' }] },
      [],
    ],
    [
      'asked for both ways',
      'guest',
      '{ named { phone ... on Robot { phone } } }',
      { named: [{ phone: null }, { phone: null }] },
      ['named.0.phone', 'named.1.phone'],
    ],
    [
      'members of a union',
      'guest',
      '{ hits { __typename ... on PrivatePost { text } ... on Robot { name } } }',
      {
        hits: [
          { __typename: 'PrivatePost', text: null },
          { __typename: 'Robot', name: 'R2' },
        ],
      },
      ['hits.0.text'],
    ],
    [
      'a member through an interface that it is not the only one of',
      'guest',
      '{ hits { __typename ... on Post { text } } }',
      { hits: [{ __typename: 'PrivatePost', text: null }, { __typename: 'Robot' }] },
      ['hits.0.text'],
    ],
  ])('%s', async (_, viewer, query, data, paths) => {
    expect(await ask(gateway, viewer, query)).toMatchObject({ data, errors: refused(...paths) });
  });
});

it('shows introspection what it showed before, without the directives', async () => {
  const { data } = await ask(
    gateway,
    'guest',
    '{ __type(name: "User") { fields { name } } __schema { directives { name } types { name } } }',
  );
  const { __type, __schema } = data as {
    __type: { fields: { name: string }[] };
    __schema: Record<string, { name: string }[]>;
  };
  expect(__type.fields.map(({ name }) => name)).toContain('email');
  const names = [...(__schema.directives ?? []), ...(__schema.types ?? [])].map(({ name }) => name);
  expect(names.filter((name) => /authenticated|scope|policy/i.test(name))).toEqual([]);
});

it('gives each viewer their own answer of one document, whoever asks first', async () => {
  const query = 'query Mixed { people { name phone score } }';
  const may: Viewer = { permissions: ['users:read'] };
  for (const [viewer, phone] of [
    ['guest', null],
    [may, '555'],
    ['guest', null],
    [signedIn, null],
    [may, '555'],
  ] as const) {
    const { data } = await ask(gateway, viewer, query);
    expect(data).toEqual({
      people: [
        { name: 'Ada', phone, score: 5 },
        { name: 'Bob', phone, score: 5 },
      ],
    });
  }
  const both = await Promise.all([ask(gateway, may, query), ask(gateway, 'guest', query), ask(gateway, may, query)]);
  expect(both.map(({ errors }) => errors.length)).toEqual([0, 2, 0]);
});

describe('UNAUTHORIZED_FIELDS=reject', () => {
  it('refuses the whole operation, and says for which fields', async () => {
    const query = '{ open me { name } people { ...P ... on User { e: email } } } fragment P on User { phone }';
    const { status, body } = await ask(strict, 'guest', query);
    expect([status, body]).toEqual([
      403,
      {
        errors: [
          {
            message: 'Unauthorized field or type',
            extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', paths: ['me', 'people.phone', 'people.e'] },
          },
        ],
      },
    ]);
    expect(resolved).toEqual([]);
  });

  it('answers what may be read', async () => {
    expect(await ask(strict, signedIn, '{ me { name } }')).toMatchObject({
      status: 200,
      data: { me: { name: 'Ada' } },
    });
  });
});

it('knows all permissions as policies', async () => {
  const { data } = await ask(gateway, { permissions: [...permissions] }, '{ me { phone pay } }');
  expect(data).toEqual({ me: { phone: '555', pay: 100 } });
});

describe('@policy', () => {
  it('is decided by the function that the gateway was given, once for each policy', async () => {
    const decided: string[] = [];
    const decidePolicy: DecidePolicy = async (policy, { viewer }) => {
      decided.push(policy);
      return policy === 'users:read' && viewer.kind === 'user';
    };
    const own = await aGateway(environment, { decidePolicy });
    closing.push(own);
    const query = '{ me { phone pay } people { phone } }';
    const answer = await ask(own, signedIn, query);
    expect(answer.data).toEqual({ me: { phone: '555', pay: null }, people: [{ phone: '555' }, { phone: '555' }] });
    expect(decided.toSorted()).toEqual(['orders:read', 'payments:read', 'stock:read', 'users:read']);
    decided.length = 0;
    await ask(own, signedIn, '{ open }');
    expect(decided).toEqual([]);
  });

  it('that cannot be decided fails the request, and nothing is read', async () => {
    const decidePolicy: DecidePolicy = async () => {
      throw new Error('the policy server is away');
    };
    const own = await aGateway(environment, { decidePolicy });
    closing.push(own);
    const { body } = await ask(own, signedIn, '{ people { phone } }');
    expect([body.data, body.errors?.[0]?.extensions.code, resolved]).toEqual([undefined, 'INTERNAL_SERVER_ERROR', []]);
  });
});

describe('shared answers', () => {
  it('are not those of operations with conditions, whatever the subgraph says', async () => {
    const shared = await aFakeSubgraph(({ query }) => ({
      data: { people: [{ __typename: 'User', name: 'Ada', ...(query.includes('phone') && { phone: '555' }) }] },
    }));
    const own = await aGateway({ ...environment, USER_SUBGRAPH_URL: shared.url });
    closing.push(own, shared);
    const query = '{ people { name phone } }';
    // No permission of ours: those take part in no shared cache anyway.
    const may = await anAccessToken(tokens, { permissions: [], scope: 'users:read' });
    const get = async (headers: Record<string, string>) => {
      const response = await fetch(`${own.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': 'yes', ...headers },
      });
      const { data } = (await response.json()) as { data: { people: { phone: string | null }[] } };
      return [data.people[0]?.phone, response.headers.get('x-cache'), response.headers.get('cache-control')];
    };
    const [mine, guests] = [
      ['555', 'miss', 'no-store'],
      [null, 'miss', 'no-store'],
    ];
    for (const [headers, expected] of [
      [{ authorization: `Bearer ${may}` }, mine],
      [{}, guests],
      [{ authorization: `Bearer ${may}` }, mine],
    ] as const)
      expect(await get(headers)).toEqual(expected);
    // Those without conditions are.
    for (const outcome of ['miss', 'hit'])
      expect((await own.ask('{ people { name } }')).headers.get('x-cache')).toBe(outcome);
  });
});

describe('a subscription', () => {
  const subscribe = async (viewer: Viewer) => {
    resolved = [];
    const response = await fetch(`${gateway.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await headersOf(viewer)) },
      body: JSON.stringify({ query: 'subscription { boardUpdated(id: "1") { id note } }' }),
    });
    const [, event = ''] = /^data: (.*)$/m.exec(await response.text()) ?? [];
    return JSON.parse(event) as GatewayReply['body'];
  };

  it('asks for what its own field needs, and what is selected', async () => {
    expect(await subscribe('guest')).toMatchObject({
      data: { boardUpdated: null },
      errors: [{ path: ['boardUpdated'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    });
    expect(resolved).toEqual([]);
    expect(await subscribe(signedIn)).toMatchObject({
      data: { boardUpdated: { id: '1', note: null } },
      errors: [{ path: ['boardUpdated', 'note'] }],
    });
    expect(await subscribe({ permissions: ['users:read'] })).toEqual({
      data: { boardUpdated: { id: '1', note: 'psst' } },
    });
  });

  it('asks for nothing that only the subscription needs when it is a query', async () => {
    expect((await ask(gateway, 'guest', '{ board(id: "1") { id } }')).data).toEqual({ board: { id: '1' } });
  });
});
