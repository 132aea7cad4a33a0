/** Access directives and what surrounds execution: introspection, caches, policies, subscriptions, whole refusals. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFakeSubgraph } from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture, type GatewayReply } from '#kit/gateway/gateway.ts';
import { type GuardedGraph, guardedGraph, signedIn, type Viewer } from './guarded-graph.fixture.ts';
import type { DecidePolicy } from './viewer-access.ts';

let graph: GuardedGraph;
let strict: GatewayFixture;
beforeAll(async () => {
  graph = await guardedGraph();
  strict = await aGateway({ ...graph.environment, UNAUTHORIZED_FIELDS: 'reject' });
  closing.push(strict);
});
const closing: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const { close } of [...closing, graph]) await close();
});

it('shows introspection what it showed before, without the directives', async () => {
  const { data } = await graph.ask(
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
    const { data } = await graph.ask(viewer, query);
    expect(data).toEqual({
      people: [
        { name: 'Ada', phone, score: 5 },
        { name: 'Bob', phone, score: 5 },
      ],
    });
  }
  const both = await Promise.all([graph.ask(may, query), graph.ask('guest', query), graph.ask(may, query)]);
  expect(both.map(({ errors }) => errors.length)).toEqual([0, 2, 0]);
});

describe('UNAUTHORIZED_FIELDS=reject', () => {
  it('refuses the whole operation, and says for which fields', async () => {
    const query = '{ open me { name } people { ...P ... on User { e: email } } } fragment P on User { phone }';
    // The third of them comes in by the short door.
    const answers = [];
    for (const _ of [1, 2, 3]) answers.push(await graph.ask('guest', query, strict));
    for (const { status, body } of answers)
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
    expect(graph.resolved).toEqual([]);
  });

  it('answers what may be read', async () => {
    expect(await graph.ask(signedIn, '{ me { name } }', strict)).toMatchObject({
      status: 200,
      data: { me: { name: 'Ada' } },
    });
  });
});

describe('what the stock executor has to run', () => {
  // An entity fetch with a variable of that name.
  const query = `query ($representations: Int = 1) { people { phone score(of: $representations) } }`;

  it('is refused whole when a part is denied, and its own otherwise', async () => {
    const denied = await graph.ask('guest', query);
    expect([denied.status, denied.errors, graph.resolved]).toEqual([403, [' UNAUTHORIZED_FIELD_OR_TYPE'], []]);
    const { data } = await graph.ask({ permissions: ['users:read'] }, query);
    // Its answer, which lacks the score: two variables have one name.
    expect(data).toMatchObject({ people: [{ phone: '555' }, { phone: '555' }] });
    const metrics = await (await fetch(`${graph.gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/fallbacks_total\{[^}]*representations-variable[^}]*\} 1/);
  });
});

describe('@policy', () => {
  it('is decided by the function that the gateway was given, once for each policy', async () => {
    const decided: string[] = [];
    const decidePolicy: DecidePolicy = async (policy, { viewer }) => {
      decided.push(policy);
      return policy === 'users:read' && viewer.kind === 'user';
    };
    const own = await aGateway(graph.environment, { decidePolicy });
    closing.push(own);
    const query = '{ me { phone pay } people { phone } }';
    const answer = await graph.ask(signedIn, query, own);
    expect(answer.data).toEqual({ me: { phone: '555', pay: null }, people: [{ phone: '555' }, { phone: '555' }] });
    expect(decided.toSorted()).toEqual(['orders:read', 'payments:read', 'stock:read', 'users:read']);
    decided.length = 0;
    await graph.ask(signedIn, '{ open }', own);
    expect(decided).toEqual([]);
  });

  it('that cannot be decided fails the request, and nothing is read', async () => {
    const decidePolicy: DecidePolicy = async () => {
      throw new Error('the policy server is away');
    };
    const own = await aGateway(graph.environment, { decidePolicy });
    closing.push(own);
    const { body } = await graph.ask(signedIn, '{ people { phone } }', own);
    expect([body.data, body.errors?.[0]?.extensions.code, graph.resolved]).toEqual([
      undefined,
      'INTERNAL_SERVER_ERROR',
      [],
    ]);
  });
});

describe('shared answers', () => {
  it('are not those of operations with conditions, whatever the subgraph says', async () => {
    const shared = await aFakeSubgraph(({ query }) => ({
      data: { people: [{ __typename: 'User', name: 'Ada', ...(query.includes('phone') && { phone: '555' }) }] },
    }));
    const own = await aGateway({ ...graph.environment, USER_SUBGRAPH_URL: shared.url });
    closing.push(own, shared);
    const query = '{ people { name phone } }';
    // No permission of ours: those take part in no shared cache anyway.
    const may = await graph.headersOf({ scope: 'users:read' });
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
      [may, mine],
      [{}, guests],
      [may, mine],
    ] as const)
      expect(await get(headers)).toEqual(expected);
    // Those without conditions are.
    for (const outcome of ['miss', 'hit'])
      expect((await own.ask('{ people { name } }')).headers.get('x-cache')).toBe(outcome);
  });
});

describe('a subscription', () => {
  const subscribe = async (viewer: Viewer) => {
    graph.resolved.length = 0;
    const response = await fetch(`${graph.gateway.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await graph.headersOf(viewer)) },
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
    expect(graph.resolved).toEqual([]);
    expect(await subscribe(signedIn)).toMatchObject({
      data: { boardUpdated: { id: '1', note: null } },
      errors: [{ path: ['boardUpdated', 'note'] }],
    });
    expect(await subscribe({ permissions: ['users:read'] })).toEqual({
      data: { boardUpdated: { id: '1', note: 'psst' } },
    });
  });

  it('asks for nothing that only the subscription needs when it is a query', async () => {
    expect((await graph.ask('guest', '{ board(id: "1") { id } }')).data).toEqual({ board: { id: '1' } });
  });
});
