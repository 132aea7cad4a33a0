import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type GraphQLSchema, parse } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aGateway,
  aSubgraph,
  type GatewayFixture,
  type SubgraphFixture,
  sdls,
  supergraphOf,
} from '#kit/gateway/gateway.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { httpServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import type { Execute } from '../graphql/federation.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { schemaManager } from './schema-manager.ts';

const before = supergraphOf(sdls);
/** The same graph, where `whoAmI` is gone and `greeting` is new. */
const after = supergraphOf({ ...sdls, user: sdls.user.replace('whoAmI', 'greeting') });

let user: SubgraphFixture;
let answerNow: (() => void)[];
let folder: string;
let file: string;
const gateways: GatewayFixture[] = [];

beforeAll(async () => {
  const whoAmI = () => new Promise((resolve) => answerNow.push(() => resolve('Ada')));
  user = await aSubgraph('user', { Query: { me: () => 'Ada', whoAmI } });
});
afterAll(() => user.close());
beforeEach(async () => {
  answerNow = [];
  folder = await mkdtemp(path.join(tmpdir(), 'agora-schema-'));
  file = path.join(folder, 'supergraph.graphql');
  await writeFile(file, before);
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  await rm(folder, { recursive: true });
});

const start = async (environment: Record<string, string> = { SUPERGRAPH_FILE: file }): Promise<GatewayFixture> => {
  const gateway = await aGateway({ USER_SUBGRAPH_URL: user.url, SUPERGRAPH_POLL_MS: '20', ...environment });
  gateways.push(gateway);
  return gateway;
};
const publish = async (supergraph: string): Promise<void> => {
  await writeFile(`${file}.next`, supergraph);
  await rename(`${file}.next`, file);
};
/** The samples of one metric: their labels (without `service`) and values. */
const metric = async ({ url }: GatewayFixture, name: string): Promise<Record<string, number>> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return Object.fromEntries(samples.map((line) => [/\{(\w+="[^"]*")/.exec(line)?.[1], Number(line.split(' ').at(-1))]));
};
const reloads = (gateway: GatewayFixture) => metric(gateway, 'agora_gateway_schema_reloads_total');
const plans = (gateway: GatewayFixture) => metric(gateway, 'agora_gateway_query_plans_total');
const loaded = (gateway: GatewayFixture, times: number) =>
  until(`${times} loads`, async () => (await reloads(gateway))['outcome="loaded"'] === times);
const codes = async (gateway: GatewayFixture, query: string) => {
  const { status, body } = await gateway.ask(query);
  return [status, ...(body.errors ?? []).map(({ extensions }) => extensions.code)];
};
const ready = async ({ url }: GatewayFixture) => (await fetch(`${url}/health/ready`)).status;

describe('a new supergraph', () => {
  it('goes live soon, and operations it no longer allows are client errors', async () => {
    const gateway = await start();
    expect(await codes(gateway, '{ greeting }')).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(await codes(gateway, '{ me whoAmI: me }')).toEqual([200]);
    await publish(after);
    await loaded(gateway, 2);
    expect(await codes(gateway, '{ whoAmI }')).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    // The subgraph knows no such field yet: that fault is ours and not the client's.
    expect(await codes(gateway, '{ greeting }')).toEqual([200, 'SUBGRAPH_BAD_RESPONSE']);
  });

  it('lets requests in flight finish on the previous one', async () => {
    const gateway = await start();
    const underWay = gateway.ask('{ whoAmI }');
    await until('the call to arrive', () => answerNow.length === 1);
    await publish(after);
    await loaded(gateway, 2);
    answerNow[0]?.();
    expect((await underWay).body).toEqual({ data: { whoAmI: 'Ada' } });
  });

  it('costs no client a plan for an operation in use', async () => {
    const gateway = await start();
    const query = 'query Mine { me } query Yours { me }';
    const mine = () => gateway.ask(query, { operationName: 'Mine' });
    const yours = () => gateway.ask('query { me }');
    for (const ask of [mine, mine, yours]) expect((await ask()).body).toEqual({ data: { me: 'Ada' } });
    expect(await plans(gateway)).toEqual({ 'when="request"': 2, 'when="reload"': 0 });
    await publish(after);
    await loaded(gateway, 2);
    expect(await plans(gateway)).toEqual({ 'when="request"': 2, 'when="reload"': 2 });
    for (const ask of [mine, yours]) expect((await ask()).body).toEqual({ data: { me: 'Ada' } });
    expect(await plans(gateway)).toEqual({ 'when="request"': 2, 'when="reload"': 2 });
  });

  it('that breaks operations in use logs which', async () => {
    const gateway = await start();
    const asked = gateway.ask('query WhoIsIt { whoAmI }');
    await until('the call to arrive', () => answerNow.length === 1);
    answerNow[0]?.();
    await asked;
    await publish(after);
    await loaded(gateway, 2);
    expect(gateway.lines.find(({ msg }) => msg.includes('invalid on this'))).toMatchObject({
      operations: ['WhoIsIt'],
    });
  });

  it('is visible by its hash, to compare gateways', async () => {
    const gateway = await start();
    const first = Object.keys(await metric(gateway, 'agora_gateway_schema_info'));
    await publish(after);
    await loaded(gateway, 2);
    const second = Object.keys(await metric(gateway, 'agora_gateway_schema_info'));
    expect([first.length, second.length, first[0] === second[0]]).toEqual([1, 1, false]);
  });
});

describe('an unusable supergraph', () => {
  it.each([
    ['does not parse', 'type Query {', 'Syntax Error'],
    ['is a schema, but no supergraph', 'type Query { me: String }', 'must be a core schema'],
    ['is empty', '', 'Syntax Error'],
    ['is cut off where it still parses', before.slice(0, before.indexOf('type Query')), 'Query'],
    [
      'asks for a feature that the gateway lacks',
      `${before}\nextend schema @link(url: "https://x.dev/y/v1", for: SECURITY)`,
      'y/v1',
    ],
    ['has a subgraph at no usable URL', after.replaceAll(/url: "http:[^"]*"/g, 'url: "ftp://x"'), 'URL'],
  ])('that %s changes nothing, and is logged once', async (_, text, reason) => {
    const gateway = await start();
    await publish(text);
    await until('the refusal', async () => (await reloads(gateway))['outcome="refused"'] === 1);
    await publish(`${text}\n`);
    await until('another refusal', async () => (await reloads(gateway))['outcome="refused"'] === 2);
    expect(await codes(gateway, '{ me }')).toEqual([200]);
    expect(await ready(gateway)).toBe(200);
    const lines = gateway.lines.filter(({ msg }) => msg === 'supergraph refused');
    expect(lines).toHaveLength(2);
    expect(lines[0]?.reason).toContain(reason);

    await publish(before);
    await publish(after);
    await loaded(gateway, 2);
  });

  it('and a missing file do not stop the gateway', async () => {
    const gateway = await start();
    await rm(file);
    await until('three vain looks', async () => ((await reloads(gateway))['outcome="unreachable"'] ?? 0) >= 3);
    expect(await codes(gateway, '{ me }')).toEqual([200]);
    expect(gateway.lines.filter(({ msg }) => msg === 'supergraph source unavailable')).toHaveLength(1);
    await publish(after);
    await loaded(gateway, 2);
  });
});

it('a gateway without its source is not ready and says so, until it is back', async () => {
  const placeholder = await httpServer(() => {});
  await placeholder.close();
  const gateway = await start({ SUPERGRAPH_URL: placeholder.url });
  expect(await ready(gateway)).toBe(503);
  const refused = await gateway.ask('{ me }');
  expect([refused.status, refused.body.errors?.[0]?.extensions.code]).toEqual([503, 'SCHEMA_NOT_LOADED']);
  expect(refused.headers.get('retry-after')).toBe('5');

  const port = Number(new URL(placeholder.url).port);
  const registry = await httpServer((_, response) => void response.end(before), port);
  await loaded(gateway, 1);
  expect(await ready(gateway)).toBe(200);
  expect((await gateway.ask('{ me }')).body).toEqual({ data: { me: 'Ada' } });
  await registry.close();
});

it('a registry that keeps returning an unusable supergraph is logged once', async () => {
  let text = 'type Query { me: String }';
  let asked = 0;
  const registry = await httpServer((_, response) => {
    asked++;
    response.end(text);
  });
  const gateway = await start({ SUPERGRAPH_URL: registry.url });
  await until('three looks', () => asked >= 3);
  expect(gateway.lines.filter(({ msg }) => msg === 'supergraph refused')).toHaveLength(1);
  text = before;
  await loaded(gateway, 1);
  await registry.close();
});

/** The served schema alone, which finds one of these texts at each look. */
const served = async (texts: string[], everyMs: number | undefined = 20) => {
  const connections: string[] = [];
  const connect = (name: string, url: string) => {
    if (!url.startsWith('http')) throw new Error(`no URL: ${url}`);
    connections.push(`open ${name} ${url}`);
    const call = async () => ({ data: { whoAmI: 'Ada' } });
    return { call, close: async () => void connections.push(`close ${name} ${url}`) } as unknown as SubgraphClient;
  };
  const source = { name: 'test', everyMs, read: async () => texts.shift() };
  const { log, saying } = recordedLog();
  const { gateway } = schemaManager({ source, connect, metrics: createMetrics('gateway'), log });
  const schemas: GraphQLSchema[] = [];
  gateway.onSchemaLoadOrUpdate?.(({ apiSchema }) => void schemas.push(apiSchema));
  const { executor } = (await gateway.load({ apollo: {} })) as { executor: Execute };
  return { connections, schemas, executor, saying, stop: () => gateway.stop() };
};

it('a request is executed on the version it was validated on', async () => {
  const { schemas, executor, stop } = await served([before, after]);
  const [schema] = schemas;
  await until('the switch', () => schemas.length === 2);
  const request = {
    schema,
    document: parse('{ whoAmI }'),
    queryHash: 'hash',
    request: { query: '{ whoAmI }' },
    context: { subgraphHeaders: {} },
    overallCachePolicy: { restrict: () => undefined },
  };
  const { data, errors } = await executor(request as unknown as Parameters<Execute>[0]);
  expect({ data, errors }).toEqual({ data: { whoAmI: 'Ada' }, errors: undefined });
  await stop();
});

it('the same text is not a reload', async () => {
  const { schemas, stop } = await served([before, before, after]);
  await until('the switch', () => schemas.at(-1)?.getQueryType()?.getFields().greeting !== undefined);
  expect(schemas).toHaveLength(2);
  await stop();
});

it('connections survive a reload unless no subgraph uses them any more', async () => {
  const at = (product: string, user: string) =>
    before.replaceAll(/(name: "(\w+)", url: )"[^"]*"/g, (_, start, name) => {
      return `${start}"${name === 'user' ? user : product}"`;
    });
  const texts = [at('http://p', 'http://a'), at('http://q', 'ftp://refused'), at('http://p', 'http://b')];
  const { connections, schemas, saying, stop } = await served(texts);
  await until('the switch', () => schemas.length === 2);
  expect(saying('supergraph refused')).toHaveLength(1);
  const ofTheRefused = ['open product http://q', 'close product http://q'];
  const whole = [
    'open product http://p',
    'open user http://a',
    ...ofTheRefused,
    'open user http://b',
    'close user http://a',
  ];
  expect(connections).toEqual(whole);
  await stop();
  expect(connections.slice(whole.length).toSorted()).toEqual(['close product http://p', 'close user http://b']);
});

it('an unusable supergraph that cannot change fails the start', async () => {
  await expect(served(['type Query { a: Int }'], 0)).rejects.toThrow('test is not a usable supergraph');
});
