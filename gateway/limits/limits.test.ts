/** The limits in force, through a gateway and over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKeyHash, writeApiKey } from '#contracts/api-key.ts';
import { newId } from '#contracts/ids.ts';
import {
  aGateway,
  aSubgraph,
  fixtureSchema,
  type GatewayFixture,
  type SubgraphFixture,
  supergraphOf,
} from '#kit/gateway/gateway.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize", "@cost"])
  type Query { me: Person  people(first: Int): [Person!] @listSize(slicingArguments: ["first"], assumedSize: 5, requireOneSlicingArgument: false) }
  type Person { name: String  friend: Person }`;
const ada = { name: 'Ada', friend: { name: 'Grace' } };

let user: SubgraphFixture;
let tokens: KeyPair;
let jwks: Awaited<ReturnType<typeof keyServer>>;
const gateways: GatewayFixture[] = [];

const start = async (environment: Record<string, string> = {}): Promise<GatewayFixture> => {
  const gateway = await aGateway({
    SUPERGRAPH_SDL: supergraphOf({ user: sdl }),
    USER_SUBGRAPH_URL: user.url,
    ACCESS_TOKEN_JWKS_URL: jwks.url,
    LIMIT_DEPTH: '4',
    LIMIT_ROOT_FIELDS: '3',
    LIMIT_FIELDS: '12',
    LIMIT_ALIASES: '2',
    LIMIT_DIRECTIVES: '2',
    LIMIT_FRAGMENTS: '2',
    LIMIT_VARIABLES_BYTES: '100',
    LIMIT_VARIABLES_DEPTH: '3',
    LIMIT_VARIABLES_VALUES: '20',
    LIMIT_COST_GUEST: '20',
    LIMIT_COST_CUSTOMER: '30',
    LIMIT_COST_STAFF: '40',
    LIMIT_COST_ADMIN: '50',
    ...environment,
  });
  gateways.push(gateway);
  return gateway;
};

beforeAll(async () => {
  tokens = await keyPair('access');
  jwks = await keyServer([tokens.publicKey]);
  const resolvers = { Query: { me: () => ada, people: () => [ada] } };
  user = await aSubgraph('user', resolvers, fixtureSchema(sdl, resolvers));
});
afterAll(async () => {
  for (const { close } of [...gateways, user, jwks]) await close();
});

const metric = async (gateway: GatewayFixture, line: string): Promise<string | undefined> =>
  (await (await fetch(`${gateway.url}/metrics`)).text()).split('\n').find((text) => text.startsWith(line));

const beyond: [string, string, string, string, object?][] = [
  ['DEPTH', '{ me { friend { friend { friend { name } } } } }', '5 levels of fields; 4 are allowed', 'depth'],
  ['ROOT_FIELD', '{ me { name } __typename people { name } x: __typename }', '4 fields at the top; 3', 'root_field'],
  ['FIELD', '{ me { ...F ...F ...F } } fragment F on Person { name friend { name name } }', '13 fields', 'field'],
  ['ALIAS', '{ a: __typename b: __typename c: __typename }', '3 aliases; 2', 'alias'],
  [
    'DIRECTIVE',
    '{ me @skip(if: false) { name @skip(if: false) friend @skip(if: true) { name } } }',
    '3 dir',
    'directive',
  ],
  ['FRAGMENT', '{ me { ... { name } ... { name } ... { name } } }', '3 fragments; 2', 'fragment'],
  ['COST', '{ people(first: 21) { name } }', 'may cost 21; 20 is allowed for guests', 'cost'],
  [
    'VARIABLES',
    'query ($n: Int) { people(first: $n) { name } }',
    'bytes of variables; 100',
    'variables',
    { n: 1, x: 'x'.repeat(100) },
  ],
  [
    'VARIABLES_DEPTH',
    'query ($n: Int) { people(first: $n) { name } }',
    '4 levels in its variables; 3',
    'variables_depth',
    { n: 1, x: [[[[]]]] },
  ],
  [
    'VARIABLES_VALUES',
    'query ($n: Int) { people(first: $n) { name } }',
    '22 values in its variables; 20',
    'variables_values',
    { n: 1, x: Array(20).fill(0) },
  ],
];

describe('an operation beyond a limit', () => {
  let gateway: GatewayFixture;
  beforeAll(async () => {
    gateway = await start();
  });

  it.each(beyond)(
    '%s is refused with the limit and the excess',
    async (limit, query, message, label, variables = {}) => {
      const calls = user.received.length;
      for (const _ of ['the first time', 'and again']) {
        const { status, body } = await gateway.ask(query, { variables });
        expect([status, body.data, body.errors?.length]).toEqual([400, undefined, 1]);
        expect(body.errors?.[0]?.extensions.code).toBe(`${limit}_LIMIT_EXCEEDED`);
        expect(body.errors?.[0]?.message).toContain(message);
      }
      expect(user.received.length).toBe(calls);
      expect(await metric(gateway, `agora_gateway_limit_rejections_total{limit="${label}"`)).toMatch(
        /mode="enforce".* 2$/,
      );
    },
  );

  it('gets no other errors: nothing else was validated', async () => {
    const { body } = await gateway.ask('{ a: nothing b: nothing c: nothing }');
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['ALIAS_LIMIT_EXCEEDED']);
  });

  it('is answered with its cost and the limit', async () => {
    const { body } = await gateway.ask('{ people(first: 21) { name } }');
    expect(body.errors?.[0]?.extensions).toEqual({ code: 'COST_LIMIT_EXCEEDED', requested: 21, limit: 20 });
  });

  it.each([
    ['{ people(first: 1000) { name } }', {}],
    [
      'query ($n: Int = 3) { me { name } ...People } fragment People on Query { people(first: $n) { name } }',
      { n: 101 },
    ],
  ])('is told the largest page when it asks for more: %s', async (query, variables) => {
    const { status, body } = await gateway.ask(query, { variables });
    expect([status, body.errors]).toMatchObject([
      400,
      [{ message: '"first" of Query.people must be from 1 to 100.', extensions: { code: 'BAD_USER_INPUT' } }],
    ]);
  });

  it('is refused only beyond the limit', async () => {
    const { body } = await gateway.ask('{ me { friend { name } } people(first: 18) { name } }');
    expect(body).toEqual({ data: { me: { friend: { name: 'Grace' } }, people: [{ name: 'Ada' }] } });
  });

  it('hardly counts against the rate limit', async () => {
    const limited = await start({ RATE_LIMIT_GUEST_COST: '60' });
    const statuses = [];
    for (const first of [2_147_483_647, 2_147_483_647, 20, 20]) {
      statuses.push((await limited.ask(`{ people(first: ${first}) { name } }`)).status);
    }
    expect(statuses).toEqual([400, 400, 200, 200]);
  });

  it('is priced anew for other variables', async () => {
    const query = 'query ($n: Int) { people(first: $n) { name } }';
    const statuses = [];
    for (const n of [20, 21, 3]) statuses.push((await gateway.ask(query, { variables: { n } })).status);
    expect(statuses).toEqual([200, 400, 200]);
  });
});

it.each([
  [['CUSTOMER'], 30],
  [['CUSTOMER', 'STAFF'], 40],
  [['ADMIN'], 50],
] as const)('roles %o have a cost limit of %i', async (roles, limit) => {
  const gateway = await start();
  const headers = { authorization: `Bearer ${await anAccessToken(tokens, { roles: [...roles] })}` };
  const ask = (first: number) => gateway.ask(`{ people(first: ${first}) { name } }`, { headers });
  expect([(await ask(limit)).status, (await ask(limit + 1)).status]).toEqual([200, 400]);
});

it("an API key has the cost limit of staff, even with an administrator's permissions", async () => {
  const gateway = await start();
  const id = newId('ApiKey');
  const key = writeApiKey(id, Buffer.alloc(20, 7));
  jwks.apiKeys.set(apiKeyHash(key), { valid: true, id, permissions: ['roles:manage'], expiresInSeconds: null });
  const ask = (first: number) =>
    gateway.ask(`{ people(first: ${first}) { name } }`, { headers: { authorization: `Bearer ${key}` } });
  expect([(await ask(40)).status, (await ask(41)).status]).toEqual([200, 400]);
});

describe('the cost of an operation', () => {
  it('is reported to clients that ask for it', async () => {
    const gateway = await start();
    const headers = { 'x-agora-cost': '1' };
    expect((await gateway.ask('{ people { name } }', { headers })).body).toEqual({
      data: { people: [{ name: 'Ada' }] },
      extensions: { cost: { requested: 5, limit: 20 } },
    });
    expect((await gateway.ask('{ people { name } }')).body).not.toHaveProperty('extensions');
  });

  it('is counted by role', async () => {
    const gateway = await start();
    await gateway.ask('{ people { name } }');
    expect(await metric(gateway, 'agora_gateway_operation_cost_units_sum{')).toMatch(/role="guest".* 5$/);
  });
});

it.each(['measure', 'off'])('mode %s refuses nothing', async (mode) => {
  const gateway = await start({ LIMITS_MODE: mode });
  for (const [, query, , , variables = {}] of beyond)
    expect((await gateway.ask(query, { variables })).status).toBe(200);
  const logged = gateway.lines.filter(({ msg }) => msg.startsWith('would be refused: '));
  expect(logged.map(({ limit }) => limit)).toEqual(mode === 'off' ? [] : beyond.map(([limit]) => limit));
  const counted = await metric(gateway, 'agora_gateway_limit_rejections_total{limit="alias"');
  expect(counted?.includes('mode="measure"') ?? false).toBe(mode === 'measure');
});

const zeros = (count: number) => `[${Array(count).fill(0)}]`;

it.each([
  ['EXTENSIONS_VALUES', '21 values in its extensions; 20', `"extensions":{"a":${zeros(20)}}`],
  ['EXTENSIONS_DEPTH', '4 levels in its extensions; 3', '"extensions":{"a":[[[[]]]]}'],
  ['EXTENSIONS', 'bytes of extensions; 100', `"extensions":{"a":"${'x'.repeat(100)}"}`],
  ['VARIABLES_VALUES', '21 values in its variables; 20', `"variables":{"a":${zeros(20)}}`],
])('%s is refused before the document is parsed, by POST and by GET', async (limit, message, part) => {
  const { url } = await start();
  const [, name = '', text = ''] = /^"(\w+)":(.*)$/.exec(part) ?? [];
  const search = new URLSearchParams({ query: '{ no graphql', [name]: text }).toString();
  const headers = { 'apollo-require-preflight': '1' };
  const answers = [
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":"{ no graphql",${part}}`,
    }),
    await fetch(`${url}/graphql?${search}`, { headers }),
    // "variables" and "extensions" by another spelling.
    await fetch(
      `${url}/graphql?${search.replace(/([ve])(?=ariables=|xtensions=)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`,
      { headers },
    ),
  ];
  for (const answer of answers) {
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { errors: [{ message: expect.stringContaining(message), extensions: { code: `${limit}_LIMIT_EXCEEDED` } }] },
    ]);
  }
});

it('a batch is refused', async () => {
  const response = await fetch(`${(await start()).url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '[{"query":"{ __typename }"}]',
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    { errors: [{ message: expect.stringContaining('one operation'), extensions: { code: 'BATCHING_NOT_SUPPORTED' } }] },
  ]);
});

it('an invalid limit is refused at start-up', async () => {
  await expect(start({ LIMIT_COST_GUEST: 'much' })).rejects.toThrow('LIMIT_COST_GUEST');
});
