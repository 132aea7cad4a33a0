import { type GraphQLSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { sdls, supergraphOf } from '#kit/gateway/builders.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { until } from '#kit/vitest/until.ts';
import { createMetrics } from '#platform/observability/metrics.ts';
import type { Execute } from '../graphql/federation.ts';
import type { SubgraphClient } from '../upstream/subgraph-client.ts';
import { servedSchema } from './served-schema.ts';

const before = supergraphOf(sdls);
/** The same graph, where `whoAmI` is gone and `greeting` is new. */
const after = supergraphOf({ ...sdls, user: sdls.user.replace('whoAmI', 'greeting') });

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
  const { gateway } = servedSchema({ source, connect, metrics: createMetrics('gateway'), log });
  const schemas: GraphQLSchema[] = [];
  gateway.onSchemaLoadOrUpdate?.(({ apiSchema }) => void schemas.push(apiSchema));
  const { executor } = (await gateway.load({ apollo: {} })) as { executor: Execute };
  return { connections, schemas, executor, saying, stop: () => gateway.stop() };
};

it('a request that was validated before a switch is executed on what it was validated on', async () => {
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

it('the same text again is no reload', async () => {
  const { schemas, stop } = await served([before, before, after]);
  await until('the switch', () => schemas.at(-1)?.getQueryType()?.getFields().greeting !== undefined);
  expect(schemas).toHaveLength(2);
  await stop();
});

it('connections outlive a reload, except those to where no subgraph is any more', async () => {
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

it('a text that can never change, and cannot be served, is a reason not to start', async () => {
  await expect(served(['type Query { a: Int }'], 0)).rejects.toThrow('test cannot be served');
});
