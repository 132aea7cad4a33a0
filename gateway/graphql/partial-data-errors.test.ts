import { ApolloServer } from '@apollo/server';
import { afterEach, describe, expect, it } from 'vitest';
import { guest } from '#contracts/viewer.ts';
import { supergraphOf } from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import type { RequestContext } from '../identity/request-context.ts';
import { planCache } from '../schema/query-plans.ts';
import { type SubgraphAnswer, type SubgraphError, subgraphError } from '../upstream/subgraph-call.ts';
import { errorFormatter } from './errors.ts';
import { federation, fixedGateway } from './federation.ts';
import { listedPaths } from './partial-data-errors.ts';

const federated = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;
const supergraph = supergraphOf({
  order: `${federated}
    type Query { orders: [Order!] shopName: String! }
    type Order @key(fields: "id") { id: ID! customer: User lines: [Line!]! }
    type Line { quantity: Int! variant: Variant }
    type User @key(fields: "id", resolvable: false) { id: ID! }
    type Variant @key(fields: "id", resolvable: false) { id: ID! }`,
  payment: `${federated}
    type Query { provider: String fee: Int }
    type Order @key(fields: "id") { id: ID! payments: [String!] balance: Int }`,
  product: `${federated}
    type Variant @key(fields: "id") { id: ID! title: String! sku: String! price: Int }`,
  user: `${federated}
    type User @key(fields: "id") { id: ID! displayName: String }`,
});

const entity = (__typename: string, id: string) => ({ __typename, id });
const line = (id: string) => ({ quantity: 1, variant: entity('Variant', id) });
const order = (id: string, customer: string | null, ...variants: string[]) => ({
  ...entity('Order', id),
  customer: customer && entity('User', customer),
  lines: variants.map(line),
});
const threeOrders = { orders: [order('o1', 'u1', 'v1', 'v2'), order('o2', null, 'v1'), order('o3', 'u2')] };

type Answers = Readonly<Record<string, (count: number) => SubgraphAnswer>>;
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

/** What a client is answered when the subgraphs answer so; `count` is the number of entities that were asked for. */
const answered = async (query: string, answers: Answers, { log, lines } = recordedLog()) => {
  const loaded = await federation({
    supergraph,
    plans: planCache(() => undefined).store,
    log,
    clientOf: (name) => ({
      call: async ({ variables = {} }) => {
        const { representations } = variables;
        const count = Array.isArray(representations) ? representations.length : 0;
        return structuredClone((answers[name] ?? away(name))(count));
      },
    }),
  }).load();
  const server = new ApolloServer<RequestContext>({
    gateway: fixedGateway(loaded, supergraph),
    formatError: errorFormatter(log, false),
    stopOnTerminationSignals: false,
  });
  running.push(server);
  await server.start();
  const { body } = await server.executeOperation(
    { query },
    { contextValue: { viewer: guest, subgraphHeaders: {} } as RequestContext },
  );
  if (body.kind !== 'single') throw new Error('answered in parts');
  const { data, errors = [] } = JSON.parse(JSON.stringify(body.singleResult));
  const paths: string[] = errors.map(({ path }: { path?: unknown[] }) => path?.join('.') ?? 'none');
  return { data, errors, paths, lines };
};
const away = (name: string) => (): SubgraphAnswer => ({ errors: [subgraphError(name, 'SUBGRAPH_UNAVAILABLE')] });
const orders = (): SubgraphAnswer => ({ data: threeOrders });

describe('a failed fetch', () => {
  it('has one error with a path for each field that it has cost', async () => {
    const { data, errors } = await answered('{ provider cost: fee orders { id } }', { order: orders });
    expect(data).toEqual({ provider: null, cost: null, orders: [{ id: 'o1' }, { id: 'o2' }, { id: 'o3' }] });
    expect(errors).toEqual([
      { ...subgraphError('payment', 'SUBGRAPH_UNAVAILABLE'), path: ['provider'] },
      { ...subgraphError('payment', 'SUBGRAPH_UNAVAILABLE'), path: ['cost'] },
    ]);
  });

  it('has one error per list position, and none for real nulls', async () => {
    const { data, paths } = await answered('{ orders { customer { displayName } payments } }', { order: orders });
    expect(data.orders[1]).toEqual({ customer: null, payments: null });
    expect(paths.toSorted()).toEqual([
      ...['orders.0.customer.displayName', 'orders.0.payments', 'orders.1.payments'],
      ...['orders.2.customer.displayName', 'orders.2.payments'],
    ]);
  });

  it('has its errors where the null is when a non-null field was lost', async () => {
    const { data, paths } = await answered('{ orders { lines { variant { title sku price } } } }', { order: orders });
    expect(data.orders[1]).toEqual({ lines: [{ variant: null }] });
    expect(paths).toEqual(['orders.0.lines.0.variant', 'orders.0.lines.1.variant', 'orders.1.lines.0.variant']);
  });

  it('has the path of a root field when no data is left', async () => {
    const { data, paths } = await answered('{ shopName }', {});
    expect(data).toBeNull();
    expect(paths).toEqual(['shopName']);
  });

  it('has errors for what fragments and conditions select', async () => {
    const query = `{ orders { ...Paid } } fragment Paid on Order { payments balance @skip(if: true) }`;
    const { paths } = await answered(query, { order: orders });
    expect(paths).toEqual(['orders.0.payments', 'orders.1.payments', 'orders.2.payments']);
  });

  it.each([
    ['has too few entities', () => ({ data: { _entities: [] } })],
    ['has none', () => ({ data: {} })],
    ['has none, and says why for the field of the subgraphs’ own', () => failedAt(['_entities'])],
    ['says why, without a path', () => failedAt(undefined)],
    [
      'says why for each entity',
      (count: number) => failedAt(...Array.from({ length: count }, (_, at) => ['_entities', at])),
    ],
  ])('has the same errors when its answer %s', async (_, payment) => {
    const { errors, paths } = await answered('{ orders { payments } }', { order: orders, payment });
    expect(paths).toEqual(['orders.0.payments', 'orders.1.payments', 'orders.2.payments']);
    expect(new Set(errors.map(({ extensions }: SubgraphError) => extensions?.code))).toHaveLength(1);
  });

  it('leaves the paths of subgraph errors alone', async () => {
    const payment = (): SubgraphAnswer => ({
      ...failedAt(['_entities', 1, 'payments']),
      data: { _entities: [{ payments: ['p'] }, { payments: null }, { payments: ['p'] }] },
    });
    expect((await answered('{ orders { payments } }', { order: orders, payment })).paths).toEqual([
      'orders.1.payments',
    ]);
  });

  it(`lists ${listedPaths} paths at most, and says so`, async () => {
    const many = Array.from({ length: listedPaths }, (_, at) => order(`o${at}`, `u${at}`));
    const query = '{ orders { payments balance customer { displayName } } }';
    const { errors, paths } = await answered(query, { order: () => ({ data: { orders: many } }) });
    // A fetch that failed is told at least once.
    expect(new Set(paths)).toHaveLength(listedPaths + 1);
    const more = errors.filter(({ extensions }: SubgraphError) => extensions?.more);
    expect(more.map(({ extensions }: SubgraphError) => extensions?.service).toSorted()).toEqual(['payment', 'user']);
    expect(errors.at(-1)).toBe(more.at(-1));
  });

  it('is one log line when it is a bug', async () => {
    const payment = () => ({ errors: [{ message: 'connect 10.0.0.7' }] });
    const { errors, paths, lines } = await answered('{ orders { payments } }', { order: orders, payment });
    expect(paths).toHaveLength(3);
    expect(errors[2]).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR', service: 'payment' } });
    expect(lines.filter(({ msg }) => msg === 'operation failed')).toHaveLength(1);
  });
});

const failedAt = (...paths: readonly ((string | number)[] | undefined)[]): SubgraphAnswer => ({
  data: null,
  errors: paths.map((path) => ({ message: 'No.', ...(path && { path }), extensions: { code: 'RESOURCE_BUSY' } })),
});
