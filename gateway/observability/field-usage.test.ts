/** What gateways count of fields, over the wire. */
import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FieldUsage } from '#contracts/field-usage.ts';
import { guest } from '#contracts/viewer.ts';
import { aFakeSubgraph, type FakeSubgraph } from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture, supergraphOf } from '#kit/gateway/gateway.ts';
import { liveFixture } from '#kit/gateway/live-fixture.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import type { ResolvedOperation } from '../graphql/steps.ts';
import { fieldUsage } from './field-usage.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { me: User  old: String @deprecated(reason: "Use me.")  thing: Named }
  interface Named { name: String }
  type User implements Named { id: ID! name: String nick: String }
  type Robot implements Named { name: String model: String }`;

let user: FakeSubgraph;
const closing: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  user = await aFakeSubgraph(() => ({ data: { me: null, old: 'o', thing: null } }));
});
afterAll(async () => {
  for (const { close } of [...closing, user]) await close();
});

const start = async (environment: Record<string, string> = {}): Promise<GatewayFixture> => {
  const supergraph = { USER_SUBGRAPH_URL: user.url, SUPERGRAPH_SDL: supergraphOf({ user: sdl }) };
  const gateway = await aGateway({ ...supergraph, RATE_LIMITS: 'off', CACHE_INVALIDATION: 'ttl', ...environment });
  closing.push(gateway);
  return gateway;
};
const from = (client: string) => ({ headers: { 'apollographql-client-name': client } });
const usedIn = async ({ url }: Pick<GatewayFixture, 'url'>): Promise<Record<string, Record<string, number>>> => {
  const { fields } = FieldUsage.parse(await (await fetch(`${url}/field-usage`)).json());
  return Object.fromEntries(
    fields.filter(({ clients }) => Object.keys(clients).length > 0).map(({ field, clients }) => [field, clients]),
  );
};

it('counts operations of each client by the fields that they select, cached answers included', async () => {
  const gateway = await start();
  const query = '{ a: me { name } b: me { ...F } } fragment F on User { id }';
  for (const client of ['web', 'web', 'web', 'kiosk']) await gateway.ask(query, from(client));
  await gateway.ask('query A { old } query B { me { nick } }', { operationName: 'A' });
  const everybody = { web: 3, kiosk: 1 };
  expect(await usedIn(gateway)).toEqual({
    'Query.me': everybody,
    'User.name': everybody,
    'User.id': everybody,
    'Query.old': { unnamed: 1 },
  });
  // What is counted stays counted.
  await gateway.ask(query, from('web'));
  expect((await usedIn(gateway))['User.id']).toEqual({ web: 4, kiosk: 1 });
});

it('counts a field of an interface as one of all implementations', async () => {
  const gateway = await start();
  await gateway.ask('{ thing { name ... on Robot { model } } }', from('web'));
  const used = ['Named.name', 'Query.thing', 'Robot.model', 'Robot.name', 'User.name'];
  expect(Object.keys(await usedIn(gateway)).toSorted()).toEqual(used);
});

it('lists every field, with the reason of a deprecated one', async () => {
  const { fields } = FieldUsage.parse(await (await fetch(`${(await start()).url}/field-usage`)).json());
  expect(fields).toHaveLength(9);
  expect(fields.find(({ field }) => field === 'Query.old')).toEqual({
    field: 'Query.old',
    deprecated: 'Use me.',
    clients: {},
  });
});

it('counts no operation that is refused', async () => {
  const gateway = await start();
  await gateway.ask('{ me { unknown } }', from('web'));
  await gateway.ask('query ($x: Boolean!) { old @skip(if: $x) }', from('web'));
  expect(await usedIn(gateway)).toEqual({});
});

it('tells apart the clients that are named, or else the first that come', async () => {
  const named = await start({ FIELD_USAGE_CLIENTS: 'web, kiosk' });
  for (const client of ['invented', 'web', 'kiosk', 'kiosk']) await named.ask('{ old }', from(client));
  expect(await usedIn(named)).toEqual({ 'Query.old': { other: 1, web: 1, kiosk: 2 } });
  const open = await start();
  for (let n = 0; n < 25; n++) await open.ask('{ old }', from(`client ${n}`));
  await open.ask('{ old }', from('{"quoted": "name"}'));
  const counts = (await usedIn(open))['Query.old'] ?? {};
  expect([Object.keys(counts).length, counts.other]).toEqual([21, 6]);
});

it('counts a subscription once, however often it is looked at', async () => {
  const live = await liveFixture({ LIVE_ALONE_MS: '20' });
  closing.push(live);
  const [gateway] = live.gateways;
  if (!gateway) throw new Error('no gateway');
  const stream = await live.open(live.anOrder());
  await until('several looks', () => live.reads.count > 3);
  stream.close();
  expect(await usedIn(gateway)).toEqual({
    'Subscription.orderUpdated': { unnamed: 1 },
    'Order.id': { unnamed: 1 },
    'Order.status': { unnamed: 1 },
  });
});

describe('the report', () => {
  it('is for those who may know the schema', async () => {
    const tokens = await keyPair('access');
    const keys = await keyServer([tokens.publicKey]);
    closing.push(keys);
    const gateway = await start({ INTROSPECTION: 'off', PLAYGROUND: 'off', ACCESS_TOKEN_JWKS_URL: keys.url });
    const status = async (authorization?: string) =>
      (await fetch(`${gateway.url}/field-usage`, { headers: authorization ? { authorization } : {} })).status;
    const operator = await anAccessToken(tokens, { permissions: ['operations:read'] });
    const customer = await anAccessToken(tokens, {});
    const statuses = [
      await status(),
      await status(`Bearer ${customer}`),
      await status('Bearer x.y.z'),
      await status(`Bearer ${operator}`),
    ];
    expect(statuses).toEqual([403, 403, 401, 200]);
  });
});

describe('what is kept', () => {
  const counted = (documents: number) => {
    const schema = buildSchema('type Query { a: Int b: Int }');
    const usage = fieldUsage({ clients: undefined, bounds: { clients: 2, documents } });
    usage.step.schemaLoaded?.({ apiSchema: schema });
    const ask = (query: string, on = schema) => {
      const document = parse(query);
      const operation = document.definitions[0] as OperationDefinitionNode;
      const contextValue = { viewer: guest, subgraphHeaders: {}, clientName: 'web' };
      void usage.step.before?.({
        schema: on,
        document,
        operation,
        contextValue,
        request: {},
      } as unknown as ResolvedOperation);
    };
    return { ask, ...usage };
  };
  const fieldsOf = ({ fields }: FieldUsage) =>
    Object.fromEntries(fields.map(({ field, clients }) => [field, clients.web ?? 0]));

  it('loses nothing in a flood of documents', () => {
    const { ask, report } = counted(10);
    for (let n = 0; n < 95; n++) ask(`query Q${n} { a x${n}: b }`);
    expect(fieldsOf(report())).toEqual({ 'Query.a': 95, 'Query.b': 95 });
  });

  it('stays when the schema changes, but for the fields that are gone', () => {
    const { ask, report, step } = counted(10);
    for (const query of ['{ a }', '{ a b }']) ask(query);
    const next = buildSchema('type Query { b: Int c: Int }');
    step.schemaLoaded?.({ apiSchema: next });
    ask('{ b c }', next);
    // On the schema before: it is under way.
    ask('{ a }');
    expect(fieldsOf(report())).toEqual({ 'Query.b': 2, 'Query.c': 1 });
  });
});
