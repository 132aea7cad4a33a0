import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGateway, aSubgraph, type GatewayFixture, type SubgraphFixture } from '#kit/gateway/gateway.ts';
import { perMinute } from './observability.ts';
import { namesIn, operationNames } from './operation-metrics.ts';

let product: SubgraphFixture;
let gateway: GatewayFixture;

beforeAll(async () => {
  product = await aSubgraph('product', {
    Query: {
      products: () => [{ id: '1', title: 'Lamp', stock: 3 }],
      product: async (_, { id }) => {
        if (id === 'bug') throw new Error('password=hunter2');
        await pause(600);
        return { id, title: 'Lamp', stock: 3 };
      },
    },
    Mutation: {
      rename: () => {
        throw new Error('no');
      },
    },
  });
  gateway = await aGateway({
    PRODUCT_SUBGRAPH_URL: product.url,
    SLOW_OPERATION_MS: '500',
    SLOW_OPERATION_LINES_PER_MINUTE: '1000',
  });
});
afterAll(async () => {
  await gateway.close();
  await product.close();
});

const metric = async (name: string): Promise<string[]> => {
  const body = await (await fetch(`${new URL(gateway.url).origin}/metrics`)).text();
  return body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
};

describe('metrics of operations', () => {
  it.each([
    ['a whole answer', 'query Whole { products { title } }', ['Whole', 'query', 'success']],
    ['an answer that lacks a part', 'query Part { products { title } me }', ['Part', 'query', 'partial']],
    ['no data at all', 'query Nothing { me }', ['Nothing', 'query', 'failed']],
    [
      'a mutation that fails',
      'mutation Rename { rename(id: "1", title: "") { id } }',
      ['Rename', 'mutation', 'failed'],
    ],
    ['no name', '{ __typename }', ['anonymous', 'query', 'success']],
    ['a document that is not valid', 'query Wrong { nothing }', ['unknown', 'unknown', 'refused']],
  ])('count %s', async (_, query, [operation, type, outcome]) => {
    await gateway.ask(query);
    const labels = `operation="${operation}",type="${type}"`;
    expect(await metric('agora_gateway_operations_total')).toContainEqual(
      `agora_gateway_operations_total{${labels},outcome="${outcome}",service="gateway"} 1`,
    );
    expect(await metric('agora_gateway_operation_duration_seconds_count')).toContainEqual(
      `agora_gateway_operation_duration_seconds_count{service="gateway",${labels}} 1`,
    );
  });

  it('count operations in flight, and return to zero', async () => {
    const under = gateway.ask('query Slow { product(id: "1") { id } }');
    await expect.poll(() => metric('agora_gateway_operations_in_flight')).toEqual([expect.stringMatching(/ 1$/)]);
    await under;
    await expect.poll(() => metric('agora_gateway_operations_in_flight')).toEqual([expect.stringMatching(/ 0$/)]);
  });

  it('measure each phase; parsing and validation only of new documents', async () => {
    const counts = async () => {
      const lines = await metric('agora_gateway_operation_phase_duration_seconds_count');
      return Object.fromEntries(lines.map((line) => [/phase="(\w+)"/.exec(line)?.[1], Number(line.split(' ').at(-1))]));
    };
    await gateway.ask('query First { products { id } }');
    const { parse = 0, validate = 0, plan = 0, execute = 0 } = await counts();
    await gateway.ask('query First { products { id } }');
    expect(await counts()).toEqual({ parse, validate, plan: plan + 1, execute: execute + 1 });
    await gateway.ask('query Second { products { id } }');
    expect(await counts()).toEqual({ parse: parse + 1, validate: validate + 1, plan: plan + 2, execute: execute + 2 });
  });

  it('know the names of our own documents and a bounded number of others', () => {
    const nameOf = operationNames(
      namesIn(['query Cart($id: ID!) { a }', 'fragment F on A { b } mutation Pay { c }']),
      2,
    );
    const names = ['One', 'Two', 'Three', 'Cart', 'Pay', 'One', undefined, 'x'.repeat(65)].map(nameOf);
    expect(names).toEqual(['One', 'Two', 'other', 'Cart', 'Pay', 'One', 'anonymous', 'other']);
  });
});

describe('the log line of a slow operation', () => {
  const linesOf = (operation: string) =>
    gateway.lines.filter((line) => line.msg === 'slow operation' && line.operation === operation);

  it('has its fetches and plan, but no values', async () => {
    const query =
      'query SlowOne($id: ID!) { a: product(id: $id) { title likes } b: product(id: "in-the-text-7") { id } }';
    await gateway.ask(query, { variables: { id: 'in-a-variable-8' } });
    const [line] = linesOf('SlowOne');
    expect(line).toMatchObject({
      level: 40,
      type: 'query',
      ms: expect.any(Number),
      document: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(line?.fetches).toEqual([
      { subgraph: 'product', ms: expect.any(Number), bytes: expect.any(Number) },
      { subgraph: 'user', ms: expect.any(Number) },
    ]);
    expect(line?.plan).toContain('Fetch(service: "product")');
    expect(line?.plan).toContain('product(id: "…")');
    expect(JSON.stringify(line)).not.toMatch(/in-the-text|in-a-variable/);
  });

  it('is not written for a fast one', async () => {
    await gateway.ask('query Quick { __typename }');
    expect(linesOf('Quick')).toEqual([]);
  });

  it('is limited per minute; the next one says how many were suppressed', () => {
    const mayWrite = perMinute(2);
    const minute = 60_000;
    expect([0, 1, 2, 3, minute, minute + 1, minute + 2].map(mayWrite)).toEqual([
      0,
      0,
      undefined,
      undefined,
      2,
      0,
      undefined,
    ]);
  });
});

it('the error of a bug has the request id of its log line', async () => {
  const { body, headers } = await gateway.ask('query Bug { product(id: "bug") { id } }');
  const [error] = body.errors ?? [];
  expect(error).toMatchObject({
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: headers.get('x-request-id') },
  });
  expect(JSON.stringify(body)).not.toContain('hunter2');
});
