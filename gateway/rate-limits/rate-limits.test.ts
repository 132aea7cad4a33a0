import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { anAccessToken, type HttpFixture, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';

let tokenKey: KeyPair;
let keys: HttpFixture;
let subgraph: SubgraphFixture;
let gateway: GatewayFixture;

const start = async (environment: Record<string, string>) => {
  gateway = await aGateway({
    USER_SUBGRAPH_URL: subgraph.url,
    PRODUCT_SUBGRAPH_URL: subgraph.url,
    ACCESS_TOKEN_JWKS_URL: keys.url,
    ENTITY_CACHE: 'off',
    RESPONSE_CACHE: 'off',
    ...environment,
  });
};

beforeAll(async () => {
  tokenKey = await keyPair('access');
  keys = await keyServer([tokenKey.publicKey]);
  const product = { id: 'p1', title: 'Lamp', stock: 1 };
  const resolvers = { Query: { products: () => [product] }, Mutation: { rename: () => product } };
  subgraph = await aSubgraph('product', resolvers);
});
afterEach(() => gateway.close());
afterAll(async () => {
  await subgraph.close();
  await keys.close();
});

const rename = 'mutation { rename(id: "p1", title: "x") { id } }';
const bearer = async () => ({ authorization: `Bearer ${await anAccessToken(tokenKey)}` });
const codeOf = ({ status, body }: Awaited<ReturnType<GatewayFixture['ask']>>) =>
  status === 200 ? 'ok' : `${status} ${body.errors?.[0]?.extensions.code}`;
const refusedBy = async (bucket: string): Promise<number> => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = new RegExp(`^agora_gateway_rate_limited_requests_total\\{.*bucket="${bucket}".*\\} (\\d+)$`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
};

describe('a guest', () => {
  it('is refused before any subgraph is called when the address has no points left, with a retry-after', async () => {
    await start({ RATE_LIMIT_GUEST_COST: '2' });
    const query = '{ __typename }';
    const [first, second] = [await gateway.ask(query), await gateway.ask(query)];
    expect([first, second].map(codeOf)).toEqual(['ok', 'ok']);
    expect(first.headers.get('ratelimit-policy')).toBe('"guest";q=2;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"guest";r=1;t=(60|59)$/);

    const before = subgraph.received.length;
    const third = await gateway.ask('{ products { id } }');
    expect(codeOf(third)).toBe('429 RATE_LIMITED');
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(third.headers.get('ratelimit')).toMatch(/^"guest";r=0;t=\d+$/);
    expect(third.body.errors?.[0]?.message).toMatch(/^Rate limit exceeded\. Try again in \d+ seconds\.$/);
    expect(subgraph.received.length).toBe(before);
    expect(await refusedBy('guest')).toBe(1);
  });

  it('is charged the cost of the operation', async () => {
    await start({ RATE_LIMIT_GUEST_COST: '1000' });
    const cheap = await gateway.ask('{ __typename }', { headers: { 'x-agora-cost': '1' } });
    const dear = await gateway.ask('{ products { id title } }', { headers: { 'x-agora-cost': '1' } });
    const remaining = (reply: typeof cheap) => Number(/r=(\d+)/.exec(reply.headers.get('ratelimit') ?? '')?.[1]);
    const { requested } = (dear.body as { extensions?: { cost: { requested: number } } }).extensions?.cost ?? {
      requested: 0,
    };
    expect(requested).toBeGreaterThan(1);
    expect(remaining(cheap) - remaining(dear)).toBe(Math.ceil(requested));
  });
});

describe('a viewer', () => {
  it('has a bucket separate from guests at the same address', async () => {
    await start({ RATE_LIMIT_VIEWER_COST: '1', RATE_LIMIT_GUEST_COST: '1' });
    const [ada, bob] = [await bearer(), await bearer()];
    const outcomes = [];
    for (const headers of [ada, ada, bob, {}]) outcomes.push(codeOf(await gateway.ask('{ __typename }', { headers })));
    expect(outcomes).toEqual(['ok', '429 RATE_LIMITED', 'ok', 'ok']);
  });

  it('has a smaller bucket for mutations, and can still read when that is empty', async () => {
    await start({ RATE_LIMIT_VIEWER_MUTATIONS: '1' });
    const headers = await bearer();
    const outcomes = [];
    for (const query of [rename, rename, '{ products { id } }'])
      outcomes.push(codeOf(await gateway.ask(query, { headers })));
    expect(outcomes).toEqual(['ok', '429 RATE_LIMITED', 'ok']);
    expect(await refusedBy('viewer-mutations')).toBe(1);
  });
});

it('credential guesses are limited per address across accounts, other mutations are not affected', async () => {
  await start({ RATE_LIMIT_CREDENTIAL_FIELDS: 'rename', RATE_LIMIT_CREDENTIALS_PER_ADDRESS: '3' });
  const three =
    'mutation { a: rename(id: 1, title: "") { id } b: rename(id: 2, title: "") { id } c: rename(id: 3, title: "") { id } }';
  expect(codeOf(await gateway.ask(three))).toBe('ok');
  expect(codeOf(await gateway.ask(rename))).toBe('429 RATE_LIMITED');
  expect(await refusedBy('credentials')).toBe(1);
  expect(codeOf(await gateway.ask('mutation { __typename }'))).toBe('ok');
});

it('guesses at one account are limited per address, defaults included; its owner elsewhere is not locked out', async () => {
  await start({
    RATE_LIMIT_CREDENTIAL_FIELDS: 'rename',
    RATE_LIMIT_CREDENTIALS_PER_ACCOUNT: '2',
    TRUSTED_PROXIES: 'loopback',
  });
  const guess = (address: string, query: string, variables = {}) =>
    gateway.ask(query, { variables, headers: { 'x-forwarded-for': address } }).then(codeOf);
  const byVariable = 'mutation ($who: ID!) { rename(id: "p1", title: "x", email: $who) { id } }';
  const byDefault = 'mutation ($who: ID = "ada@example.com") { rename(id: "p1", title: "x", email: $who) { id } }';
  const sent = { who: 'ada@example.com' };
  const stranger = [
    await guess('198.51.100.1', byDefault),
    await guess('198.51.100.1', byVariable, sent),
    await guess('198.51.100.1', byDefault),
    await guess('198.51.100.1', byVariable, sent),
  ];
  expect(stranger).toEqual(['ok', 'ok', '429 RATE_LIMITED', '429 RATE_LIMITED']);
  expect(await refusedBy('account')).toBe(2);
  expect(await guess('198.51.100.2', byVariable, sent)).toBe('ok');
});

describe('the address', () => {
  const asIf = (address: string) => gateway.ask('{ __typename }', { headers: { 'x-forwarded-for': address } });

  it('from an untrusted header is ignored', async () => {
    await start({ RATE_LIMIT_GUEST_COST: '1' });
    expect([await asIf('198.51.100.1'), await asIf('198.51.100.2')].map(codeOf)).toEqual(['ok', '429 RATE_LIMITED']);
  });

  it("is the client's behind a trusted proxy", async () => {
    await start({ RATE_LIMIT_GUEST_COST: '1', TRUSTED_PROXIES: '127.0.0.0/8' });
    const replies = [await asIf('198.51.100.1'), await asIf('198.51.100.2'), await asIf('198.51.100.1')];
    expect(replies.map(codeOf)).toEqual(['ok', 'ok', '429 RATE_LIMITED']);
  });

  it('is the last one added by the proxy: the client may have sent more', async () => {
    await start({ RATE_LIMIT_GUEST_COST: '1', TRUSTED_PROXIES: 'loopback' });
    const replies = [await asIf('192.0.2.1, 198.51.100.1'), await asIf('192.0.2.2, 198.51.100.1')];
    expect(replies.map(codeOf)).toEqual(['ok', '429 RATE_LIMITED']);
  });
});

it('requests are counted per address before they are read, even if they are not GraphQL', async () => {
  await start({ RATE_LIMIT_REQUESTS_PER_ADDRESS: '2' });
  const send = () =>
    fetch(`${gateway.url}/graphql`, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
  expect([(await send()).status, (await send()).status]).toEqual([400, 400]);
  const third = await send();
  expect([third.status, await third.json()]).toMatchObject([
    429,
    { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
  ]);
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  expect(await refusedBy('address')).toBe(1);
});

it('can be switched off', async () => {
  await start({ RATE_LIMITS: 'off', RATE_LIMIT_GUEST_COST: '1', RATE_LIMIT_REQUESTS_PER_ADDRESS: '1' });
  const [first, second] = [await gateway.ask('{ __typename }'), await gateway.ask('{ __typename }')];
  expect([first, second].map(codeOf)).toEqual(['ok', 'ok']);
  expect(first.headers.get('ratelimit')).toBeNull();
});
